// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a run of tests shares: stacks, browsers and media, each started when it is first needed.

import { Chromium, Firefox } from './browser.js';
import { Media } from './media.js';
import { PATIENCE, within } from './patience.js';
import { ProcessClient } from './process.js';

/** @typedef {{stop: () => Promise<void>}} Stoppable */

export class Bench {
  /** @type {Map<string, Promise<any>>} */
  #started = new Map();

  /** What everything that was started took. @type {Map<string, number>} */
  startMs = new Map();

  /** @template {Stoppable} T @param {string} name @param {() => Promise<T>} start @returns {Promise<T>} */
  #shared(name, start) {
    let starting = this.#started.get(name);
    if (!starting) {
      const startedAt = Date.now();
      starting = within(2 * PATIENCE.startMs, `the start of ${name}`, start()).finally(() => this.startMs.set(name, Date.now() - startedAt));
      this.#started.set(name, starting);
    }
    return starting;
  }

  /** @param {import('./cells.js').StackSource} source @returns {Promise<import('./stack.js').Stack | import('./stack.js').Cluster>} */
  stack({ name, isShared, start }) {
    return isShared ? this.#shared(name, start) : within(2 * PATIENCE.startMs, `the start of ${name}`, start());
  }

  /** @param {import('./kinds.js').KindName} kind @returns {Promise<import('./client.js').Client>} */
  async open(kind) {
    if (kind === 'chromium' || kind === 'firefox') {
      /** @type {Chromium | Firefox} */
      const browser = await this.#shared(kind, async () => (kind === 'chromium' ? Chromium.start() : Firefox.start()));
      return within(PATIENCE.startMs, `a page in ${kind}`, browser.open());
    }
    return new ProcessClient(kind, kind === 'go' ? (await this.#shared('media', () => Media.make())).folder : '');
  }

  async stop() {
    const started = await Promise.allSettled(this.#started.values());
    await Promise.allSettled(started.map((each) => each.status === 'fulfilled' && each.value.stop()));
  }
}
