// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What all kinds of clients have in common: they answer verbs and tell events.

import { View } from './view.js';

/** Subclasses give `call`, `close` and, where there is one, `screenshot`. */
export class Client {
  /** @type {string[]} */
  log = [];
  view = new View();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {import('./kinds.js').KindName} kind */
  constructor(kind) {
    this.kind = kind;
  }

  /** @param {{event: string}} event */
  tell(event) {
    this.view.add({ ...event, atMs: Date.now() });
    this.#listeners.forEach((listener) => listener());
  }

  /** Calls the listener after each event, until what it gives is called. @param {() => void} listener */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {string} _verb @param {unknown[]} _args @returns {Promise<any>} */
  async call(_verb, _args) {
    throw new Error('not here');
  }

  /** @returns {Promise<Uint8Array | undefined>} */
  async screenshot() {
    return undefined;
  }

  async close() {}
}
