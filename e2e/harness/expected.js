// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What every client sends as text and bytes of a given size, for comparison.

import { createHash } from 'node:crypto';

const sha256 = (/** @type {string | Uint8Array} */ data) => createHash('sha256').update(data).digest('hex');

/** Byte i is i * 7 + (i >> 8), modulo 256. @param {number} size */
export function bytesOf(size) {
  return { length: size, sha256: sha256(Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255)) };
}

/** @param {number} size */
export function textOf(size) {
  return { length: size, sha256: sha256('parley '.repeat(size / 7 + 1).slice(0, size)) };
}
