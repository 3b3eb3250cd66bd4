// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Processes that end with ours, however that ends.

import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(130));
}

/**
 * Without a shell between, so that the process that gets a signal is the one that was started.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{stdin?: 'ignore' | 'pipe', env?: Record<string, string>}} options
 */
export function spawned(command, args, { stdin = 'ignore', env = {} } = {}) {
  const child = spawn(command, args, { stdio: [stdin, 'pipe', 'pipe'], env: { ...process.env, ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return /** @type {import('node:child_process').ChildProcessWithoutNullStreams} */ (/** @type {unknown} */ (child));
}
