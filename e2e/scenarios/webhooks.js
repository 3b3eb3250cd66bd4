// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Webhooks, as the server SDKs' own receivers take them.

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { apart, STANDALONE } from '../harness/cells.js';
import { can, kindsHere } from '../harness/kinds.js';
import { until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';
import { freePort, Service } from '../harness/stack.js';

const DOCS = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const EXAMPLE = /```js\n(import \{ createServer[\s\S]*?)```/.exec(DOCS)?.[1] ?? '';
assert.ok(EXAMPLE.includes('WebhookReceiver'), 'docs/webhooks.md has a receiver');

const HERE = [apart(STANDALONE, 'single')];
const RECEIVERS = kindsHere().filter((kind) => can(kind, ['webhook']));

/** @typedef {Record<string, any>} Json */

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
      /** @type {{body: string, authorization: string}[]} */
      const got = [];
      const server = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) {
          body += part;
        }
        got.push({ body, authorization: request.headers.authorization ?? '' });
        response.end();
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      const endpoint = await Endpoint.make(context, port);
      const last = () => JSON.parse(got.at(-1)?.body ?? '{}');
      try {
        await endpoint.call('POST', '/test');
        await until('the receiver is told', () => last().event === 'webhook_test');
        const alice = await join('alice', { kind: 'chromium', publish: ['microphone'] });
        const bob = await join('bob', { kind: 'chromium', publish: [] });
        await bob.hears('alice');
        await alice.leave();
        await until('the first has left', () => last().event === 'participant_left');
        await bob.leave();
        await until('the second has left', () => last().participant?.identity === 'bob' && last().event === 'participant_left');
        await stack.api().deleteRoom(room);
        await until('the room has finished', () => last().event === 'room_finished');
      } finally {
        await endpoint.call('DELETE', '');
        server.close();
      }
      /** @type {Json[]} */
      const events = [];
      for (const { body, authorization } of got) {
        events.push(/** @type {Json} */ (await sdk.webhook(body, authorization)));
      }
      await assert.rejects(sdk.webhook(`${got[0].body} `, got[0].authorization));
      assert.deepEqual(
        events.map(({ event, participant }) => `${event} ${participant?.identity ?? ''}`.trim()),
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
      assert.deepEqual(Object.keys(JSON.parse(got[3].body).room).sort(), ['name', 'sid']);
    },
  );
}
