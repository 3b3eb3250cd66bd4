// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What only several services can show: rooms on all nodes, room-services that agree, and the loss of one of either. Scenarios that
// count or break something have clusters of their own.

import assert from 'node:assert/strict';
import { Balancer } from '../harness/balancer.js';
import { apart, CELLS, own } from '../harness/cells.js';
import { PATIENCE, until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';
import { Cluster } from '../harness/stack.js';

const ROOMS = 1_000;
const BATCH = 50;

/** @typedef {import('../harness/service.js').Service} Service */

const WHOLE = apart(own('two of each', () => Cluster.start()), 'single', 'cluster');
const BROKEN = apart(own('two of each, broken', () => Cluster.start(), { warns: true }), 'single', 'cluster');

/** @param {import('../harness/cells.js').Cell} cell @returns {import('../harness/scenario.js').ScenarioOptions} */
const on = (cell, needs = ['media']) => ({ needs, slow: true, cells: [cell], casts: [['chromium']] });

/** @param {Service} service @param {string} probe */
const health = async (service, probe) => (await fetch(`${service.managementUrl}/${probe}`, { signal: AbortSignal.timeout(PATIENCE.callMs) })).status;

/** Samples of a service, by name and labels. @param {Service} service @returns {Promise<Record<string, number>>} */
async function metrics(service) {
  const text = await (await fetch(`${service.managementUrl}/metrics`, { signal: AbortSignal.timeout(PATIENCE.callMs) })).text();
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** @template T, R @param {T[]} items @param {(item: T) => Promise<R>} action @returns {Promise<R[]>} */
async function inBatches(items, action) {
  /** @type {R[]} */
  const results = [];
  for (let i = 0; i < items.length; i += BATCH) {
    results.push(...(await Promise.all(items.slice(i, i + BATCH).map(action))));
  }
  return results;
}

scenario('rooms land on both nodes, either room-service leads to them, and metrics tell of them', on(WHOLE), async ({ join, stack, room }) => {
  const [one, other] = stack.entries;
  /** Rooms go to the node with fewer participants of two drawn, so that each new one, alone, has an empty node to go to. */
  const rooms = [`${room}-first`, `${room}-second`];
  await join('alice', { room: rooms[0], entry: one });
  await until('the nodes have announced it', async () => Object.values(await metrics(await stack.nodeOf(rooms[0]))).length > 0);
  await join('carol', { room: rooms[1], entry: other, publish: ['camera'] });
  const bob = await join('bob', { room: rooms[0], entry: other, publish: [] });
  const dave = await join('dave', { room: rooms[1], entry: one, publish: [] });
  await Promise.all([bob.seesAndHears('alice'), dave.sees('carol')]);
  assert.notEqual((await stack.nodeOf(rooms[0])).debugUrl, (await stack.nodeOf(rooms[1])).debugUrl);
  for (const entry of [one, other]) {
    assert.deepEqual((await stack.api(entry).listRooms()).map(({ name }) => name).sort(), rooms);
    const participants = await stack.api(entry).listParticipants(rooms[0]);
    assert.deepEqual(participants.map(({ identity }) => identity).sort(), ['alice', 'bob']);
  }
  nodeTells(await metrics(await stack.nodeOf(rooms[0])));
  roomServiceTells(await metrics(one));
});

/** Of a room of two, in which one publishes camera and microphone. @param {Record<string, number>} node */
function nodeTells(node) {
  assert.equal(node['livekit_room_total'], 1);
  assert.equal(node['livekit_participant_total'], 2);
  assert.equal(node['livekit_track_published_total{kind="video"}'], 1);
  assert.ok(node['livekit_participant_join_total{state="rtc_active"}'] >= 2);
  assert.ok(node['livekit_session_start_time_ms_count'] >= 2);
  const sent = 'direction="outgoing",transmission="initial"';
  assert.ok(node[`livekit_packet_total{${sent}}`] > 10);
  assert.ok(node[`livekit_packet_bytes_total{${sent}}`] > 1_000);
  assert.ok(node['livekit_pli_total{direction="outgoing"}'] > 0);
  assert.ok(node['livekit_forward_latency_ns_count'] > 10);
  assert.ok(node['livekit_forward_latency'] > 0 && node['livekit_forward_latency'] < 1e9);
}

/** Of one by which a member of each of two rooms came in, and which listed rooms. @param {Record<string, number>} roomService */
function roomServiceTells(roomService) {
  assert.ok(roomService['livekit_participant_join_total{state="signal_connected"}'] >= 2);
  assert.ok(Object.keys(roomService).some((name) => name.startsWith('livekit_session_join_latency_ms_count') && roomService[name] >= 2));
  assert.equal(roomService['parley_signal_connections'], 2);
  const call = 'method="ListRooms",service="RoomService",status="success"';
  assert.ok(roomService[`livekit_node_twirp_request_status_total{code="200",${call}}`] >= 1);
}

scenario('a thousand rooms made, listed and deleted through two room-services at once are all there once', { cells: CELLS.filter(({ process }) => process === 'cluster').slice(0, 1), casts: [['chromium']], slow: true }, async ({ stack, room }) => {
  const names = Array.from({ length: ROOMS }, (_, i) => `${room}-${i}`);
  const [one, other] = stack.entries.map((entry) => stack.api(entry));
  const ours = async (/** @type {typeof one} */ api) => (await api.listRooms()).map(({ name }) => name).filter((name) => name.startsWith(room)).sort();
  const made = await Promise.all([one, other].map((each) => inBatches(names, (name) => each.createRoom({ name }))));
  for (const [i, name] of names.entries()) {
    assert.equal(made[0][i].name, name);
    assert.equal(made[0][i].sid, made[1][i].sid, `${name} was made once`);
  }
  for (const each of [one, other]) {
    assert.deepEqual(await ours(each), [...names].sort());
  }
  await Promise.all([
    inBatches(names.filter((_, i) => i % 2 === 0), (name) => one.deleteRoom(name)),
    inBatches(names.filter((_, i) => i % 2 === 1), (name) => other.deleteRoom(name)),
  ]);
  for (const each of [one, other]) {
    assert.deepEqual(await ours(each), []);
  }
});

scenario('when a room-service is killed calls go on, and signalling resumes through the other', on({ ...BROKEN }, ['media', 'mute']), async ({ join, stack }) => {
  const [victim, survivor] = stack.entries;
  const balancer = await Balancer.start([victim, survivor].map(({ httpUrl }) => Number(new URL(httpUrl).port)));
  try {
    const alice = await join('alice', { entry: balancer });
    const bob = await join('bob', { entry: balancer });
    await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
    await victim.stop('SIGKILL');
    for (const client of [alice, bob]) {
      await client.happens('reconnected');
      assert.equal(client.view.happened('disconnected'), undefined);
      assert.equal(client.view.happened('left'), undefined, 'the other never left');
    }
    await bob.sees('alice', 20);
    await alice.mute('camera', true);
    await bob.until('a mute by the new way', (view) => view.isMuted('alice', 'camera'));
  } finally {
    await balancer.stop();
  }
});

scenario(
  'without Redis services live but are not ready, and calls and joins to their rooms go on; when it is back, so is everything',
  on(BROKEN, ['media', 'mute']),
  async ({ join, stack, room }) => {
    assert.ok(stack instanceof Cluster);
    const alice = await join('alice');
    const bob = await join('bob');
    await bob.seesAndHears('alice');
    await stack.redis?.stop('SIGKILL');
    for (const service of stack.services) {
      await until(`${service.name} is not ready`, async () => (await health(service, 'readyz')) === 503);
      assert.equal(await health(service, 'livez'), 200);
    }
    await bob.sees('alice', 20);
    await alice.mute('camera', true);
    await bob.until('a mute', (view) => view.isMuted('alice', 'camera'));
    await alice.mute('camera', false);
    const meanwhile = await join('meanwhile', { publish: [] });
    await meanwhile.seesAndHears('alice');
    assert.equal((await stack.api().listParticipants(room)).length, 3, 'reads of a known room');
    for (const call of [stack.api().listRooms(), stack.api().createRoom({ name: `${room}-new` })]) {
      await assert.rejects(call, { status: 503, code: 'unavailable' });
    }

    await stack.startRedis();
    for (const service of stack.services) {
      await until(`${service.name} is ready again`, async () => (await health(service, 'readyz')) === 200);
    }
    await until('the room is entered again', async () => (await stack.api().listRooms()).some(({ name }) => name === room));
    const late = await join('late', { publish: [] });
    await late.seesAndHears('alice');
    assert.equal(alice.view.happened('reconnecting'), undefined);
  },
);

scenario('when a node is killed its participants are told at once and meet again on another', on(BROKEN), async ({ join, stack, room }) => {
  const alice = await join('alice');
  const bob = await join('bob');
  await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
  await stack.api().updateRoomMetadata(room, 'minutes');
  const [before] = await stack.api().listRooms([room]);
  const victim = await stack.nodeOf(room);
  const killedAt = Date.now();
  await victim.stop('SIGKILL');
  await alice.happens('reconnecting');
  // Not by the silence of its media, which would take fifteen seconds.
  assert.ok(Date.now() - killedAt < 10_000, 'told at once');
  await Promise.all([alice, bob].map((client) => client.happens('reconnected')));
  await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
  assert.notEqual((await stack.nodeOf(room)).debugUrl, victim.debugUrl);
  const late = await join('late', { publish: [], entry: stack.entries[1] });
  await late.seesAndHears('alice');
  const [after] = await stack.api().listRooms([room]);
  assert.deepEqual([after.sid, after.metadata], [before.sid, 'minutes'], 'it is the same room');
});

scenario('a node that is told to end hands its rooms over, and their participants meet again on another', on(BROKEN), async ({ join, stack, room }) => {
  const alice = await join('alice');
  const bob = await join('bob');
  await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
  await stack.api().updateRoomMetadata(room, 'minutes');
  const [before] = await stack.api().listRooms([room]);
  const leaving = await stack.nodeOf(room);
  await leaving.stop('SIGTERM');
  await Promise.all([alice, bob].map((client) => client.happens('reconnected')));
  await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
  assert.notEqual((await stack.nodeOf(room)).debugUrl, leaving.debugUrl);
  const [after] = await stack.api().listRooms([room]);
  assert.deepEqual([after.sid, after.metadata], [before.sid, 'minutes'], 'it is the same room');
});
