// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Processes of the product, and what they work with, each with its log.

import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { spawned } from './children.js';
import { PATIENCE, until, within } from './patience.js';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LAST_LINES = 60;

/** @typedef {Record<string, string | number | boolean>} Properties of Spring */

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {number} port @returns {Promise<boolean>} */
export function isFree(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A process with its log. */
export class Service {
  log = '';
  /** With a node in it: where its dumps are. */
  debugUrl = '';
  managementUrl = '';
  /** Of one that clients enter by. */
  httpUrl = '';

  /** @param {string} name @param {string} command @param {string[]} args */
  constructor(name, command, args) {
    this.name = name;
    this.command = command;
    this.args = args;
    this.child = spawned(command, args);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', resolve);
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        this.log += text;
      });
    }
  }

  /** @param {string} command @param {Properties} properties */
  static parley(command, properties) {
    const args = Object.entries(properties).map(([key, value]) => `--${key}=${value}`);
    return new Service(command, path.join(ROOT, 'parley'), [command, ...args]);
  }

  /** One that lives as that did: it shares its settings, and so its addresses and its files. */
  again() {
    const { debugUrl, managementUrl, httpUrl } = this;
    return Object.assign(new Service(this.name, this.command, this.args), { debugUrl, managementUrl, httpUrl });
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @param {() => boolean | Promise<boolean>} isReady */
  async starts(isReady) {
    try {
      await until(`${this.name} is ready`, async () => !this.isRunning || (await isReady()), PATIENCE.startMs);
    } catch (error) {
      throw new Error(`${error.message}\n${this.lastLines}`);
    }
    if (!this.isRunning) {
      throw new Error(`${this.name} ended while it started\n${this.lastLines}`);
    }
  }

  get lastLines() {
    return this.log.split('\n').slice(-LAST_LINES).join('\n');
  }

  /** Lines of the log at WARN or above, each with the few that follow it. */
  warnings() {
    const lines = this.log.split('\n');
    return lines.flatMap((line, i) => (/ (WARN|ERROR) /.test(line) ? [lines.slice(i, i + 6).join('\n')] : []));
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    try {
      await within(PATIENCE.startMs, `the end of ${this.name}`, this.exited);
    } finally {
      this.child.kill('SIGKILL');
    }
  }
}
