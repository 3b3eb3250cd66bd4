// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Clients that are processes: each reads calls from its input, answers on its output and tells there what happens.

import { createInterface } from 'node:readline';
import { Client } from './client.js';
import { spawned } from './children.js';
import { COMMANDS } from './kinds.js';

export class ProcessClient extends Client {
  /** @type {Map<number, {resolve: (result: unknown) => void, reject: (error: Error) => void}>} */
  #calls = new Map();
  #nextId = 1;

  /** @param {'node' | 'python' | 'go'} kind @param {string} media folder with encoded files, for an SDK without encoders */
  constructor(kind, media) {
    super(kind);
    const [command, ...args] = COMMANDS[kind];
    this.child = spawned(command, args, { stdin: 'pipe', env: { PARLEY_MEDIA: media } });
    this.child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => this.log.push(text));
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#onLine(line));
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
    this.exited.then(() => this.#calls.forEach(({ reject }) => reject(new Error(`the client ended\n${this.log.slice(-20).join('')}`))));
    this.child.stdin.on('error', () => {}); // the calls fail
  }

  /** @param {string} line */
  #onLine(line) {
    const message = parse(line);
    if (message.event !== undefined) {
      this.tell(message);
      return;
    }
    const call = this.#calls.get(message.id);
    if (!call) {
      this.log.push(`${line}\n`); // an SDK that logs to its standard output
      return;
    }
    this.#calls.delete(message.id);
    if (message.error === undefined) {
      call.resolve(message.result ?? undefined);
    } else {
      call.reject(new Error(message.error));
    }
  }

  /** @param {string} verb @param {unknown[]} args @override */
  call(verb, args) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ id, verb, args })}\n`);
    });
  }

  /** @override */
  async close() {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** @param {string} line */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
