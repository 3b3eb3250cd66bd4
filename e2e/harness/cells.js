// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Where scenarios run. Three axes have two values each: four cells hold every pair of values.

import { Cluster, Stack } from './stack.js';

/**
 * @typedef {object} StackSource a stack that is started when it is first needed
 * @property {string} name
 * @property {boolean} isShared by all scenarios of a run; else each run has its own
 * @property {() => Promise<Stack | Cluster>} start
 * @property {boolean} [warns] whether what a scenario does to it is worth warnings
 *
 * @typedef {object} Cell
 * @property {string} name
 * @property {'standalone' | 'cluster'} process
 * @property {'one shard' | 'scattered'} seats whether all seats of a room are on its home shard, or none is
 * @property {import('./kinds.js').Shape} shape
 * @property {StackSource} stack
 * @property {string} [region] whose entry makes the rooms, and whose node then has them
 */

export const AXES = /** @type {const} */ (['process', 'seats', 'shape']);

const SCATTERED = { 'parley.rtc.shards': 4, 'parley.rtc.scatter-seats': true };
const ONE_SHARD = { 'parley.rtc.shards': 2 };

/** @param {string} name @param {StackSource['start']} start @returns {StackSource} */
export const shared = (name, start) => ({ name, isShared: true, start });

/** @param {string} name @param {StackSource['start']} start @returns {StackSource} */
export const own = (name, start, { warns = false } = {}) => ({ name, isShared: false, start, warns });

export const STANDALONE = shared('standalone', () => Stack.start(ONE_SHARD));
const STANDALONE_SCATTERED = shared('standalone, scattered', () => Stack.start(SCATTERED));

/**
 * Rooms of each region's room-service are on that region's node, however busy this machine is; either room-service leads to
 * either node.
 */
const CLUSTER = shared('cluster', () => {
  const regions = [{ 'parley.region': 'one-shard' }, { 'parley.region': 'scattered' }];
  return Cluster.start(
    [{ ...ONE_SHARD, ...regions[0] }, { ...SCATTERED, ...regions[1] }],
    regions.map((region) => ({ ...region, 'parley.node-selector.cpu-load-limit': 1 })),
  );
});

/** @type {Cell[]} */
export const CELLS = [
  { name: 'standalone, one shard, dual', process: 'standalone', seats: 'one shard', shape: 'dual', stack: STANDALONE },
  { name: 'standalone, scattered, single', process: 'standalone', seats: 'scattered', shape: 'single', stack: STANDALONE_SCATTERED },
  { name: 'cluster, one shard, single', process: 'cluster', seats: 'one shard', shape: 'single', stack: CLUSTER },
  { name: 'cluster, scattered, dual', process: 'cluster', seats: 'scattered', shape: 'dual', stack: CLUSTER },
];

/** The other four, for the full product. @type {Cell[]} */
export const OTHER_CELLS = CELLS.map((cell) => {
  const shape = cell.shape === 'single' ? 'dual' : 'single';
  return { ...cell, shape, name: cell.name.replace(cell.shape, shape) };
});

/** A cell apart from the four. @param {StackSource} stack @param {import('./kinds.js').Shape} shape @returns {Cell} */
export function apart(stack, shape, process = /** @type {Cell['process']} */ ('standalone')) {
  return { name: `${stack.name}, ${shape}`, process, seats: 'one shard', shape, stack };
}
