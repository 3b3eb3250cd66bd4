// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Every SDK in one room with the others: media and data both ways, both shapes where an SDK has them.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { Chromium, Firefox } from '../harness/browser.js';
import { bytesOf, textOf } from '../harness/expected.js';
import { withClients } from '../harness/participant.js';
import { GoClient, GO_CLIENT, makeMedia, NodeClient, PythonClient } from '../harness/sdk.js';

const TEXT_SIZE = 40_000;
const FILE_SIZE = 5_000_000;
const UNSUPPORTED_METHOD = 1400;

// LiveKit's DisconnectReason
const PARTICIPANT_REMOVED = 4;
const ROOM_DELETED = 5;

/** @param start gives the running stack */
export function sdks(deployment, start) {
  describe(`SDKs, ${deployment}`, { timeout: 600_000 }, () => {
    let stack;
    let chromium;
    let firefox;
    let media;
    let rooms = 0;

    before(async () => {
      stack = await start();
      chromium = await Chromium.start();
      firefox = await Firefox.start();
      media = await makeMedia();
    });

    after(async () => {
      await chromium?.stop();
      await firefox?.stop();
      await stack?.stop();
      await rm(media.folder, { recursive: true });
    });

    const SDKS = [
      ['Python', () => new PythonClient(), { single: true }],
      ['Python', () => new PythonClient(), { single: false }],
      ['Node', () => new NodeClient(), { single: true }],
      ['Go', () => new GoClient(media), { single: true }],
      ['Go', () => new GoClient(media), { single: false }],
    ];
    if (!GO_CLIENT) {
      console.log('\n      !!! Go is not installed: the scenarios of the Go SDK DO NOT RUN on this machine !!!\n');
    }
    const isHere = (name) => name !== 'Go' || GO_CLIENT;

    const inARoom = (clients, scenario) =>
      withClients(clients, (...members) => scenario(`sdks-${++rooms}`, ...members));

    async function exchange(one, other, first, second) {
      await one.run('sendData', `from ${first}`, {});
      await other.until('data', 'hasData', first, `from ${first}`);
      await other.run('sendData', `lossy from ${second}`, { lossy: true });
      await one.until('lossy data', 'hasData', second, `lossy from ${second}`);
    }

    for (const [name, make, shape] of SDKS.filter(([name]) => isHere(name))) {
      const title = `${name}, ${shape.single ? 'one peer connection' : 'two peer connections'}`;

      it(`${title}: media both ways with Chromium`, async () =>
        inARoom([make(), await chromium.open()], async (room, sdk, page) => {
          await sdk.join(stack, 'sdk', room, shape);
          await page.join(stack, 'page', room);
          await page.seesAndHears('sdk');
          await sdk.seesAndHears('page');
        }));

      it(`${title}: data, streams and calls both ways with Chromium`, async () =>
        inARoom([make(), await chromium.open()], async (room, sdk, page) => {
          await sdk.join(stack, 'sdk', room, { ...shape, publish: false });
          await page.join(stack, 'page', room, { publish: false });
          await exchange(sdk, page, 'sdk', 'page');
          await exchange(page, sdk, 'page', 'sdk');
          await page.run('sendData', 'for nobody here', { to: ['someone'] });
          await page.run('sendData', 'for the sdk', { to: ['sdk'] });
          await sdk.until('its packet', 'hasData', 'page', 'for the sdk');
          assert.ok(!(await sdk.run('received')).some((packet) => packet.text === 'for nobody here'));
          await sdk.run('sendText', TEXT_SIZE, ['page']);
          await page.run('sendText', TEXT_SIZE, ['sdk']);
          assert.deepEqual(await page.until('a text', 'hasText', 'sdk'), { identity: 'sdk', ...textOf(TEXT_SIZE) });
          assert.deepEqual(await sdk.until('a text', 'hasText', 'page'), { identity: 'page', ...textOf(TEXT_SIZE) });
          const startedAt = Date.now();
          await sdk.run('sendBytes', FILE_SIZE, ['page']);
          const { at, ...file } = await page.until('a file', 'hasBytes', 'sdk');
          assert.deepEqual(file, { identity: 'sdk', ...bytesOf(FILE_SIZE) });
          console.log(`      5 MB from ${title} after ${Date.now() - startedAt} ms`);
          await page.run('sendBytes', FILE_SIZE, ['sdk']);
          assert.deepEqual(await sdk.until('a file', 'hasBytes', 'page'), { identity: 'page', ...bytesOf(FILE_SIZE) });
          assert.equal(await sdk.run('call', 'page', 'hi'), 'sdk said hi');
          assert.equal(await page.run('call', 'sdk', 'hi'), 'page said hi');
          assert.equal((await page.run('callError', 'sdk', 'nothing')).code, UNSUPPORTED_METHOD);
        }));
    }

    it('all of them in one room see, hear and tell each other', async () => {
      const members = [
        ['chromium', await chromium.open(), { single: true }],
        ['firefox', await firefox.open(), { single: true }],
        ['python', new PythonClient(), { single: false }],
        ['node', new NodeClient(), { single: true }],
        ...(isHere('Go') ? [['go', new GoClient(media), { single: false }]] : []),
      ];
      await inARoom(members.map(([, client]) => client), async (room) => {
        for (const [identity, client, shape] of members) {
          await client.join(stack, identity, room, shape);
        }
        for (const [identity, client] of members) {
          await client.run('sendData', `hello of ${identity}`, {});
        }
        for (const [identity, client] of members) {
          for (const [other] of members.filter(([name]) => name !== identity)) {
            await client.seesAndHears(other);
            await client.until('a hello', 'hasData', other, `hello of ${other}`);
          }
        }
      });
    });

    it('a participant that is removed, and everybody in a room that is deleted, hears why', async () => {
      const admin = new RoomServiceClient(stack.httpUrl, 'devkey', 'secret');
      const members = [await chromium.open(), new PythonClient(), new NodeClient()];
      await inARoom(members, async (room, page, python, node) => {
        await page.join(stack, 'page', room, { publish: false });
        await python.join(stack, 'python', room, { publish: false });
        await node.join(stack, 'node', room, { publish: false });
        await admin.removeParticipant(room, 'python');
        await python.until('a reason', 'disconnectReason');
        assert.equal(await python.run('disconnectReason'), PARTICIPANT_REMOVED);
        await page.until('it is gone', 'lacksParticipant', 'python');
        await admin.deleteRoom(room);
        for (const client of [page, node]) {
          await client.until('a reason', 'disconnectReason');
          assert.equal(await client.run('disconnectReason'), ROOM_DELETED);
        }
      });
    });

    for (const [name, make] of [['Python', () => new PythonClient()], ['Go', () => new GoClient(media)]].filter(([sdk]) => isHere(sdk))) {
      it(`the room API as the ${name} SDK calls it`, async () =>
        inARoom([make(), await chromium.open()], async (room, sdk, page) => {
          await page.join(stack, 'page', room, { publish: false });
          const result = await sdk.run('roomApi', stack.httpUrl, room, 'page');
          assert.deepEqual(result, {
            name: room,
            metadata: `of ${name.toLowerCase()}`,
            sids: true,
            participants: ['page'],
            one: 'page',
            after: [],
            gone: 0,
          });
          await page.until('removed', 'disconnectReason');
        }));
    }

    it('the log has no warning', () => {
      assert.deepEqual(stack.warnings(), []);
    });
  });
}
