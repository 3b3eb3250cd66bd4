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

const CHROMIUM = { casts: [[/** @type {const} */ ('chromium')]] };

scenario('where a room rejects a second device of one identity, that hears why and the first goes on', { needs: ['media', 'refusal'], axes: ['process'], ...CHROMIUM }, async ({ join, open, api, stack, room }) => {
  await api.createRoom(/** @type {any} */ ({ name: room, tags: { 'parley.identity': 'reject' } }));
  const first = await join('alice');
  const watcher = await join('bob', { publish: [] });
  await watcher.seesAndHears('alice');
  const second = await open('alice');
  const error = await second.joinError(stack.url, await stack.token('alice', room));
  assert.equal(error?.status, 403);
  assert.match(error.message, /"alice" is in the room already/);
  await watcher.seesAndHears('alice');
  assert.equal(first.view.happened('disconnected', {}), undefined);
});

scenario('where a room numbers devices of one identity all see each other, and each comes back as itself', { needs: ['media', 'resume'], axes: ['shape'], ...CHROMIUM }, async ({ join, api, room }) => {
  await api.createRoom(/** @type {any} */ ({ name: room, tags: { 'parley.identity': 'suffix' } }));
  const first = await join('alice');
  const second = await join('alice', { placed: false });
  await first.seesAndHears('alice#2');
  await second.seesAndHears('alice');
  await second.loseSignal();
  await second.happens('reconnected');
  await first.seesAndHears('alice#2');
  await second.seesAndHears('alice');
  const third = await join('alice', { placed: false, publish: [] });
  await third.seesAndHears('alice#2');
});
