// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Whether a participant is where its cell says: what a run is named for has to be true of it.

import assert from 'node:assert/strict';
import { can } from './kinds.js';

/** How many peer connections the seat has. */
function shapeOf(/** @type {any} */ seat) {
  return seat.shape ?? (seat.data.associations.length > 1 ? 'dual' : 'single');
}

/** A node's shard of a room: by the hash of its name, as String.hashCode() has it. */
function homeShardOf(/** @type {string} */ room, /** @type {number} */ shards) {
  const hash = [...room].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, 0);
  return ((hash % shards) + shards) % shards;
}

/** Nodes that do not tell the shards of seats yet prove nothing about them. */
function tellsShards(/** @type {any} */ seat) {
  return seat.shard !== undefined;
}

/**
 * @param {import('./stack.js').Stack | import('./stack.js').Cluster} stack
 * @param {import('./cells.js').Cell} cell
 * @param {string} room
 * @param {import('./participant.js').Participant} participant
 * @param {import('./kinds.js').Shape} shape
 */
export async function assertPlaced(stack, cell, room, participant, shape) {
  const seats = (await stack.debug(`rooms/${room}`)).filter(({ identity }) => identity === participant.identity);
  assert.ok(seats.length > 0, `${participant} has a seat`);
  const seat = seats[seats.length - 1]; // a twin's first seat may not be gone yet
  assert.equal(shapeOf(seat), shape, `the peer connections of ${participant}`);
  if (can(participant.kind, ['connections'])) {
    const made = await participant.client.call('connections', []);
    assert.equal(made.length, shape === 'single' ? 1 : 2, `the peer connections that ${participant} made`);
  }
  if (cell.process === 'cluster') {
    assert.ok(stack.nodes.length >= 2 && new Set(stack.nodes.map((node) => node.child.pid)).size === stack.nodes.length, 'nodes are several');
  }
  if (tellsShards(seat)) {
    const shards = (await stack.debug('shards')).filter(({ node }) => node === seat.node).length;
    const isHome = seat.shard === (seat.homeShard ?? homeShardOf(room, shards));
    assert.equal(isHome, cell.seats === 'one shard', `${participant} is on shard ${seat.shard} of ${shards}, the cell is '${cell.seats}'`);
  }
}
