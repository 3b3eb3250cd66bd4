// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

const PATIENCE_MS = 20_000;

/** What scenarios do with a participant, whatever SDK it has. Subclasses give `run`, `connect`, `publish` and `close`. */
export class Participant {
  constructor(log) {
    this.log = log;
  }

  async join(stack, identity, room, { publish = true, token = {}, ...shape } = {}) {
    this.identity = identity;
    await this.connect(stack.url, await stack.token(identity, room, token), shape);
    if (publish) {
      await this.publish();
    }
    return this;
  }

  /** Polls until the function gives a truthy value, and returns it. */
  async until(what, name, ...args) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await this.run(name, ...args);
      if (value) {
        return value;
      }
      if (Date.now() > deadline) {
        const state = JSON.stringify(await this.run('state'), null, 1);
        throw new Error(`${this.identity}: ${what} did not happen\n${state}\n${this.log.slice(-40).join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async seesAndHears(identity) {
    await this.until(`sees ${identity}`, 'framesDecoded', identity, 5);
    await this.until(`hears ${identity}`, 'audioEnergy', identity);
  }
}
