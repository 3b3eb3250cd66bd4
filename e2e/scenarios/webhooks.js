// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Webhooks, as the server SDKs' own receivers take them.

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { apart, own, STANDALONE } from '../harness/cells.js';
import { can, kindsHere } from '../harness/kinds.js';
import { until } from '../harness/patience.js';
import { ownerOf, Receiver } from '../harness/receiver.js';
import { scenario } from '../harness/scenario.js';
import { freePort, Service } from '../harness/service.js';
import { Cluster } from '../harness/stack.js';

const DOCS = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const EXAMPLE = /```js\n(import \{ createServer[\s\S]*?)```/.exec(DOCS)?.[1] ?? '';
assert.ok(EXAMPLE.includes('WebhookReceiver'), 'docs/webhooks.md has a receiver');

const HERE = [apart(STANDALONE, 'single')];
const RECEIVERS = kindsHere().filter((kind) => can(kind, ['webhook']));

/** @typedef {import('../harness/receiver.js').Json} Json */

/** @param {Json} event */
const told = ({ event, participant }) => `${event} ${participant?.identity ?? ''}`.trim();

/** An endpoint that the REST API made, for events of one room. */
class Endpoint {
  /** @param {import('../harness/context.js').Context} context @param {number} port */
  static async make({ stack, room }, port) {
    const token = await stack.token('operator', room, { grant: { roomJoin: false, roomCreate: true } });
    const { id } = await Endpoint.call(stack.httpUrl, token, 'POST', '', { url: `http://127.0.0.1:${port}/`, room });
    return new Endpoint(stack.httpUrl, token, id);
  }

  /** @param {string} httpUrl @param {string} token @param {string} id */
  constructor(httpUrl, token, id) {
    this.httpUrl = httpUrl;
    this.token = token;
    this.id = id;
  }

  /** @param {string} httpUrl @param {string} token @param {string} method @param {string} resource @param {Json} [body] @returns {Promise<Json>} */
  static async call(httpUrl, token, method, resource, body) {
    const response = await fetch(`${httpUrl}/v1/webhook-endpoints${resource}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text ? JSON.parse(text) : {};
  }

  /** @param {string} method @param {string} resource */
  call(method, resource) {
    return Endpoint.call(this.httpUrl, this.token, method, `/${this.id}${resource}`);
  }
}

scenario("the documentation's receiver is told", { cells: HERE, casts: [['node']] }, async (context) => {
  const port = await freePort();
  const folder = fileURLToPath(new URL('../target', import.meta.url)); // where the SDK is found
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `receiver-${port}.mjs`);
  await writeFile(file, EXAMPLE.replace('3000', `${port}`));
  const receiver = new Service('receiver', process.execPath, [file]);
  const endpoint = await Endpoint.make(context, port);
  try {
    await endpoint.call('POST', '/test');
    await until('the receiver is told', () => receiver.log.startsWith('webhook_test'));
  } finally {
    await endpoint.call('DELETE', '');
    await receiver.stop();
    await rm(file);
  }
});

for (const kind of RECEIVERS) {
  scenario(
    `the receiver of the ${kind} SDK takes every event of a call, in LiveKit's order`,
    { needs: ['media', 'webhook'], cells: HERE, casts: [[kind]] },
    async (context) => {
      const { join, open, stack, room } = context;
      const sdk = await open('receiver', kind);
      const receiver = await Receiver.start();
      const endpoint = await Endpoint.make(context, receiver.port);
      try {
        await endpoint.call('POST', '/test');
        await until('the receiver is told', () => receiver.last.event === 'webhook_test');
        const alice = await join('alice', { kind: 'chromium', publish: ['microphone'] });
        const bob = await join('bob', { kind: 'chromium', publish: [] });
        await bob.hears('alice');
        await alice.leave();
        await until('the first has left', () => receiver.last.event === 'participant_left');
        await bob.leave();
        await until('the second has left', () => receiver.last.participant?.identity === 'bob' && receiver.last.event === 'participant_left');
        await stack.api().deleteRoom(room);
        await until('the room has finished', () => receiver.last.event === 'room_finished');
      } finally {
        await endpoint.call('DELETE', '');
        await receiver.stop();
      }
      /** @type {Json[]} */
      const events = [];
      for (const { body, headers } of receiver.got) {
        events.push(/** @type {Json} */ (await sdk.webhook(body, headers.authorization)));
      }
      await assert.rejects(sdk.webhook(`${receiver.got[0].body} `, receiver.got[0].headers.authorization));
      assert.deepEqual(
        events.map(told),
        [
          'webhook_test',
          'room_started',
          'participant_joined alice',
          'track_published alice',
          'participant_joined bob',
          'track_unpublished alice',
          'participant_left alice',
          'participant_left bob',
          'room_finished',
        ],
      );
      const [, started, joined, published] = events;
      assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
      assert.ok(events.slice(1).every((event) => event.room.name === room && event.room.sid === started.room.sid && event.createdAt > 0));
      assert.ok(joined.participant.sid && joined.participant.joinedAt);
      assert.ok(published.track.sid);
      assert.deepEqual(Object.keys(JSON.parse(receiver.got[3].body).room).sort(), ['name', 'sid']);
    },
  );
}

/** What a dispatcher held when it died is somebody else's after twelve seconds instead of thirty, and its partitions after six instead of 45. */
const SOON = { 'parley.webhook.request-timeout': '1s', 'parley.kafka.properties.session.timeout.ms': 6_000 };
const BROKEN = apart(own('one of each, two dispatchers, broken', () => Cluster.start([{}], [{}], [SOON, SOON]), { warns: true }), 'single');

scenario(
  'with a dispatcher killed in the middle of a delivery, and Kafka away, a call goes on and none of its webhooks is lost or out of order',
  { needs: ['media'], slow: true, cells: [BROKEN], casts: [['node']] },
  async (context) => {
    const { join, stack, room } = context;
    assert.ok(stack instanceof Cluster);
    const receiver = await Receiver.start();
    await Endpoint.make(context, receiver.port);
    /** @type {import('../harness/receiver.js').Request | undefined} */
    let held;
    receiver.answer = async (request) => {
      if (!held && told(request.event) === 'track_published alice') {
        held = request;
        await (await ownerOf(request.fromPort, stack.dispatchers)).stop('SIGKILL');
      }
      return 200;
    };
    try {
      await join('alice', { publish: ['microphone'] });
      const bob = await join('bob', { publish: [] });
      await until('a dispatcher is dead', () => stack.dispatchers.some(({ isRunning }) => !isRunning));
      await stack.kafka?.service?.stop('SIGKILL');
      await bob.hears('alice');
      const carol = await join('carol', { publish: [] });
      await carol.hears('alice');
      await carol.leave();
      await bob.leave();
      await until('only the first is left', async () => (await stack.api().listParticipants(room)).length === 1);
      await stack.api().deleteRoom(room);
      await stack.kafka?.startAgain();
      await until('the room has finished', () => receiver.last.event === 'room_finished');
    } finally {
      await receiver.stop();
    }
    assert.deepEqual(receiver.events.map(told), [
      'room_started',
      'participant_joined alice',
      'track_published alice',
      'participant_joined bob',
      'participant_joined carol',
      'participant_left carol',
      'participant_left bob',
      'track_unpublished alice',
      'participant_left alice',
      'room_finished',
    ]);
    const again = receiver.got.filter(({ event }) => event.id === held?.event.id);
    assert.equal(again.length, 2, 'what was under way comes again');
    assert.equal(again[0].body, again[1].body);
    assert.equal(again[0].headers['webhook-id'], again[1].headers['webhook-id']);
  },
);
