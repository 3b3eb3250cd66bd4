// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Who is let in, who is made to go, and what the room API says of it.

import assert from 'node:assert/strict';
import { scenario } from '../harness/scenario.js';

// LiveKit's DisconnectReason
const PARTICIPANT_REMOVED = 4;
const ROOM_DELETED = 5;

scenario('bad tokens are refused before the upgrade, and say why', { needs: ['refusal'], axes: [] }, async ({ open, stack, room }) => {
  const client = await open();
  /** @type {[string, string, number][]} */
  const refusals = [
    ['wrong secret', await stack.token('mallory', room, { secret: 'not the secret of devkey at all!' }), 401],
    ['unknown key', await stack.token('mallory', room, { key: 'nokey' }), 401],
    ['expired', await stack.token('mallory', room, { ttl: '-1h' }), 401],
    ['no join grant', await stack.token('mallory', room, { grant: { roomJoin: false } }), 401],
    ['no room', await stack.token('mallory', '', {}), 400],
  ];
  for (const [what, token, status] of refusals) {
    const response = await fetch(`${stack.httpUrl}/rtc/v1/validate?access_token=${token}`);
    assert.equal(response.status, status, what);
    assert.notEqual(await response.text(), '', what);
    assert.ok(await client.joinError(stack.url, token), `${what}: the client was let in`);
  }
});

scenario('a participant that is removed, and everybody in a room that is deleted, hears why', { clients: 'every', axes: ['process'] }, async ({ joinAll, api, room }) => {
  const [removed, one, other] = await joinAll(['removed', 'one', 'other']);
  await api.removeParticipant(room, 'removed');
  assert.equal((await removed.happens('disconnected')).reason, PARTICIPANT_REMOVED);
  await one.until('it is gone', (view) => !view.has('removed'));
  await api.deleteRoom(room);
  for (const client of [one, other]) {
    assert.equal((await client.happens('disconnected')).reason, ROOM_DELETED);
  }
});
