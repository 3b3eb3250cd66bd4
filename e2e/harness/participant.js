// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

const PATIENCE_MS = 20_000;

/** Runs a scenario with clients that are closed whatever happens. */
export async function withClients(clients, scenario) {
  try {
    await scenario(...clients);
  } finally {
    for (const client of clients) {
      await client.close();
    }
  }
}

/** What scenarios do with a participant, whatever SDK it has. Subclasses give `run`, `connect`, `publish` and `close`. */
export class Participant {
  constructor(log) {
    this.log = log;
  }

  async join(stack, identity, room, { publish = true, token = {}, ...shape } = {}) {
    this.identity = identity;
    this.room = room;
    this.stack = stack;
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
        throw new Error(`${this.identity}: ${what} did not happen\n${await this.#situation()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What this client and the nodes know, and the end of its log. */
  async #situation() {
    const seats = await this.stack.debug(`rooms/${this.room}`).catch(String);
    return [JSON.stringify(await this.run('state')), JSON.stringify(seats), ...this.log.slice(-40)].join('\n');
  }

  /** Speaks until the other hears it: the Go SDK drops what it is given before its channel is open. */
  async speaksTo(other, text) {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await other.run('hasData', this.identity, text))) {
      if (Date.now() > deadline) {
        throw new Error(`${other.identity} does not hear ${this.identity}\n${this.log.slice(-40).join('\n')}`);
      }
      await this.run('sendData', text, {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async seesAndHears(identity) {
    await this.until(`sees ${identity}`, 'framesDecoded', identity, 5);
    await this.until(`hears ${identity}`, 'audioEnergy', identity);
  }
}
