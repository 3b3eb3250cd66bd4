// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What only several services can show: rooms on all nodes, room-services that agree, and the loss of one of either.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { Balancer } from '../harness/balancer.js';
import { Chromium } from '../harness/browser.js';
import { withClients } from '../harness/participant.js';
import { Cluster } from '../harness/stack.js';

const CAMERA = 'camera';
const ROOMS = 1_000;
const BATCH = 50;

const api = (roomService) => new RoomServiceClient(roomService.httpUrl, 'devkey', 'secret');

const health = async (service, probe) => (await fetch(`${service.managementUrl}/${probe}`)).status;

async function until(what, condition) {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Samples of a service, by name and labels. */
async function metrics(service) {
  const text = await (await fetch(`${service.managementUrl}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return Object.fromEntries(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

async function inBatches(items, action) {
  const results = [];
  for (let i = 0; i < items.length; i += BATCH) {
    results.push(...(await Promise.all(items.slice(i, i + BATCH).map(action))));
  }
  return results;
}

describe('several services', { timeout: 300_000 }, () => {
  let cluster;
  let chromium;

  // Whose fake camera is its own: in one browser two pages that open it again at the same moment get no frames.
  let second;

  before(async () => {
    cluster = await Cluster.start({ roomServices: 2 });
    chromium = await Chromium.start();
    second = await Chromium.start();
  });

  after(async () => {
    await chromium?.stop();
    await second?.stop();
    await cluster?.stop();
  });

  const withPages = (count, scenario) =>
    Promise.all(Array.from({ length: count }, () => chromium.open())).then((pages) => withClients(pages, scenario));

  it('rooms land on both nodes, and either room-service leads to them', () =>
    withPages(4, async (alice, bob, carol, dave) => {
      const [one, other] = cluster.roomServices;
      await alice.join(cluster.through(one), 'alice', 'first');
      await carol.join(cluster.through(other), 'carol', 'second');
      await bob.join(cluster.through(other), 'bob', 'first', { publish: false });
      await dave.join(cluster.through(one), 'dave', 'second', { publish: false });
      await bob.seesAndHears('alice');
      await dave.seesAndHears('carol');
      assert.notEqual((await cluster.nodeOf('first')).debugUrl, (await cluster.nodeOf('second')).debugUrl);
      for (const roomService of [one, other]) {
        const rooms = await api(roomService).listRooms();
        assert.deepEqual(rooms.map((room) => room.name).sort(), ['first', 'second']);
        const participants = await api(roomService).listParticipants('first');
        assert.deepEqual(participants.map((each) => each.identity).sort(), ['alice', 'bob']);
      }
    }));

  it('metrics of both services tell of it', () =>
    withPages(2, async (alice, bob) => {
      await alice.join(cluster, 'alice', 'measured');
      await bob.join(cluster, 'bob', 'measured', { publish: false });
      await bob.seesAndHears('alice');
      const node = await metrics(await cluster.nodeOf('measured'));
      assert.ok(node['livekit_room_total'] >= 1);
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
      const roomService = await metrics(cluster.roomServices[0]);
      assert.ok(roomService['livekit_participant_join_total{state="signal_connected"}'] >= 2);
      assert.ok(roomService['livekit_session_join_latency_ms_count{protocol_version="17"}'] >= 2);
      assert.equal(roomService['parley_signal_connections'], 2);
      await api(cluster.roomServices[0]).listRooms();
      const call = 'method="ListRooms",service="RoomService",status="success"';
      assert.ok((await metrics(cluster.roomServices[0]))[`livekit_node_twirp_request_status_total{code="200",${call}}`] >= 1);
    }));

  it('a thousand rooms made, listed and deleted through two room-services at once are all there once', async () => {
    const names = Array.from({ length: ROOMS }, (_, i) => `many-${i}`);
    const [one, other] = cluster.roomServices.map(api);
    const made = await Promise.all([one, other].map((each) => inBatches(names, (name) => each.createRoom({ name }))));
    for (const [i, name] of names.entries()) {
      assert.equal(made[0][i].name, name);
      assert.equal(made[0][i].sid, made[1][i].sid, `${name} was made once`);
    }
    for (const each of [one, other]) {
      const listed = (await each.listRooms()).map((room) => room.name).filter((name) => name.startsWith('many-'));
      assert.deepEqual(listed.sort(), [...names].sort());
    }
    const deleted = await Promise.all([
      inBatches(names.filter((_, i) => i % 2 === 0), (name) => one.deleteRoom(name)),
      inBatches(names.filter((_, i) => i % 2 === 1), (name) => other.deleteRoom(name)),
    ]);
    assert.equal(deleted.flat().length, ROOMS);
    for (const each of [one, other]) {
      assert.deepEqual((await each.listRooms()).filter((room) => room.name.startsWith('many-')), []);
    }
  });

  it('nothing of it was worth a warning', () => {
    assert.deepEqual(cluster.warnings(), []);
  });

  it('when a room-service is killed calls go on, and signalling resumes through the other', () =>
    withPages(2, async (alice, bob) => {
      const [victim, survivor] = [await cluster.startRoomService(), cluster.roomServices[0]];
      const ports = [victim, survivor].map((each) => new URL(each.httpUrl).port);
      const balancer = await Balancer.start(ports);
      try {
        const entry = cluster.through(balancer);
        await alice.join(entry, 'alice', 'resumed');
        await bob.join(entry, 'bob', 'resumed');
        await bob.seesAndHears('alice');
        await alice.seesAndHears('bob');
        const frames = await bob.run('framesDecoded', 'alice');
        await victim.stop('SIGKILL');
        for (const client of [alice, bob]) {
          await client.until('resumed', 'happened', 'reconnected');
          assert.equal(await client.run('happened', 'disconnected'), undefined);
          assert.equal(await client.run('happened', 'left'), undefined, 'the other never left');
        }
        await bob.until('more frames', 'framesDecoded', 'alice', frames + 20);
        await alice.run('mute', CAMERA, true);
        await bob.until('a mute by the new way', 'isMuted', 'alice', CAMERA);
      } finally {
        await balancer.stop();
      }
    }));

  it('without Redis services live but are not ready, and calls go on; when it is back, so is everything', () =>
    withPages(3, async (alice, bob, late) => {
      await alice.join(cluster, 'alice', 'kept');
      await bob.join(cluster, 'bob', 'kept');
      await bob.seesAndHears('alice');
      const services = [...cluster.nodes, ...cluster.roomServices].filter((each) => each.isRunning);
      await cluster.redis.stop('SIGKILL');
      for (const service of services) {
        await until(`${service.name} is not ready`, async () => (await health(service, 'readyz')) === 503);
        assert.equal(await health(service, 'livez'), 200);
      }
      const frames = await bob.run('framesDecoded', 'alice');
      await bob.until('more frames', 'framesDecoded', 'alice', frames + 20);
      await alice.run('mute', CAMERA, true);
      await bob.until('a mute', 'isMuted', 'alice', CAMERA);
      await alice.run('mute', CAMERA, false);

      await cluster.startRedis();
      for (const service of services) {
        await until(`${service.name} is ready again`, async () => (await health(service, 'readyz')) === 200);
      }
      const names = async () => (await api(cluster.roomServices[0]).listRooms()).map((room) => room.name);
      await until('the room is entered again', async () => (await names()).includes('kept'));
      await late.join(cluster, 'late', 'kept', { publish: false });
      await late.seesAndHears('alice');
      assert.equal(await alice.run('happened', 'reconnecting'), undefined);
    }));

  it('when a node is killed its participants are told at once and meet again on another', () =>
    withPages(2, async (alice, late) => {
      const bob = await second.open();
      await alice.join(cluster, 'alice', 'moved');
      await bob.join(cluster, 'bob', 'moved');
      await bob.seesAndHears('alice');
      await alice.seesAndHears('bob');
      const victim = await cluster.nodeOf('moved');
      const killedAt = Date.now();
      await victim.stop('SIGKILL');
      await alice.until('told', 'happened', 'reconnecting');
      const toldMs = Date.now() - killedAt;
      for (const client of [alice, bob]) {
        await client.until('back', 'happened', 'reconnected');
      }
      await bob.seesAndHears('alice');
      await alice.seesAndHears('bob');
      console.log(`      told after ${toldMs} ms, media again after ${Date.now() - killedAt} ms`);
      assert.notEqual((await cluster.nodeOf('moved')).debugUrl, victim.debugUrl);
      await late.join(cluster.through(cluster.roomServices[1]), 'late', 'moved', { publish: false });
      await late.seesAndHears('alice');
    }));
});
