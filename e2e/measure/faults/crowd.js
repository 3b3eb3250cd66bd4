// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Many calls in one process of the Go SDK (clients/go/calls.go): browsers would take a machine of their own for each few.

import { createInterface } from 'node:readline';
import { spawned } from '../../harness/children.js';
import { COMMANDS } from '../../harness/kinds.js';
import { PATIENCE, until, within } from '../../harness/patience.js';

/**
 * @typedef {object} Caller
 * @property {string} room
 * @property {string} identity
 * @property {string[]} sids of its sessions
 * @property {number} gapMs the longest time without a packet of the other, since the last mark
 * @property {number} silentMs the time since the last one
 * @property {number} resumed reconnects that kept the session, since the last mark
 * @property {string} cut why the SDK gave up
 */

/** A packet comes each 60 ms, and this machine may be busy. */
const HEARS_MS = 500;

export class Crowd {
  /** @type {((message: any) => void)[]} */
  #waiting = [];
  log = '';

  /** @param {string} url @param {string[]} rooms of two participants each */
  static async start(url, rooms) {
    const crowd = new Crowd(url, rooms);
    await within(PATIENCE.startMs, 'all have joined', crowd.#next());
    await until('everybody hears the other', async () => (await crowd.tell()).every((caller) => caller.silentMs < HEARS_MS));
    await crowd.#call('mark');
    return crowd;
  }

  /** @param {string} url @param {string[]} rooms */
  constructor(url, rooms) {
    this.child = spawned(COMMANDS.go[0], ['calls', url, ...rooms], { stdin: 'pipe' });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#onLine(line));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
  }

  /** @param {string} line */
  #onLine(line) {
    const message = JSON.parse(line);
    if (message.error) {
      throw new Error(message.error);
    }
    this.#waiting.shift()?.(message);
  }

  /** @returns {Promise<any>} */
  #next() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** @param {string} line */
  #call(line) {
    const answer = within(PATIENCE.callMs, line, this.#next());
    this.child.stdin.write(`${line}\n`);
    return answer;
  }

  /** @returns {Promise<Caller[]>} */
  async tell() {
    return (await this.#call('tell')).callers;
  }

  /** Whether all calls go on, except for those that the SDK has given up. */
  async isWhole() {
    return (await this.tell()).every((caller) => caller.cut || caller.silentMs < HEARS_MS);
  }

  async leave() {
    await this.#call('leave');
    this.child.kill('SIGKILL');
  }
}
