// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Examples for a terminal, run as they stand.

import assert from 'node:assert/strict';
import { spawned } from './children.js';

/**
 * Fails unless the code ends with 0.
 *
 * @param {string} code
 * @param {Record<string, string>} env
 * @returns what it printed
 */
export async function shell(code, env) {
  const child = spawned('bash', ['-euc', code], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
  }
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, `${code}\n${output}`);
  return output;
}
