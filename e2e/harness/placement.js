// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Whether a participant is where its cell says: what a run is named for has to be true of it.

import assert from 'node:assert/strict';
import { can } from './kinds.js';

/** Who nominates in its own way, so that we are a full ICE agent there. */
const FULL_ICE = ['firefox', 'go'];

/** A node's shard of a room: by the hash of its name, as String.hashCode() has it. */
function homeShardOf(/** @type {string} */ room, /** @type {number} */ shards) {
  const hash = [...room].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, 0);
  return ((hash % shards) + shards) % shards;
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
  const connections = shape === 'single' ? 1 : 2;
  assert.equal(seat.peerConnections, connections, `the peer connections of ${participant}`);
  if (can(participant.kind, ['connections'])) {
    const made = await participant.client.call('connections', []);
    assert.equal(made.length, connections, `the peer connections that ${participant} made`);
  }
  if (cell.process === 'cluster') {
    assert.ok(stack.nodes.length >= 2 && new Set(stack.nodes.map((node) => node.child.pid)).size === stack.nodes.length, 'nodes are several');
  }
  assert.equal(seat.ice, FULL_ICE.includes(participant.kind) ? 'full' : 'lite', `ICE towards ${participant}`);
  const shards = (await stack.debug('shards')).filter(({ node }) => node === seat.node).length;
  const isHome = seat.shard === homeShardOf(room, shards);
  assert.equal(isHome, cell.seats === 'one shard', `${participant} is on shard ${seat.shard} of ${shards}, the cell is '${cell.seats}'`);
}
