// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The scenario list: every deployment of the stack has to pass it whole.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Chromium } from '../harness/browser.js';
import { bytesOf, textOf } from '../harness/expected.js';
import { withClients } from '../harness/participant.js';

const CAMERA = 'camera';
const MICROPHONE = 'microphone';

// livekit-client's DisconnectReason
const DUPLICATE_IDENTITY = 2;

// RpcError of all SDKs
const UNSUPPORTED_METHOD = 1400;

const TEXT_SIZE = 40_000;
const FILE_SIZE = 5_000_000;

/**
 * @param start gives the running stack
 * @param single whether pages have one peer connection, or one for each direction
 */
export function scenarios(deployment, start, { single = true } = {}) {
  describe(deployment, { timeout: 300_000 }, () => {
    let stack;
    let browser;
    let rooms = 0;

    before(async () => {
      stack = await start();
      browser = await Chromium.start();
    });

    after(async () => {
      await browser?.stop();
      await stack?.stop();
    });

    const newRoom = () => `${deployment}-${++rooms}`;

    async function withPages(count, scenario) {
      const pages = await Promise.all(Array.from({ length: count }, () => browser.open()));
      pages.forEach((page) => {
        page.isSingle = single;
      });
      await withClients(pages, scenario);
    }

    it('two participants see and hear each other', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await bob.seesAndHears('alice');
        await alice.seesAndHears('bob');
      }));

    it('a late joiner gets a first frame of what is already published', () =>
      withPages(2, async (alice, late) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await late.join(stack, 'late', room, { publish: false });
        const firstFrameMs = await late.until('a first frame', 'firstFrameMs');
        console.log(`      time to first decoded frame: ${Math.round(firstFrameMs)} ms`);
        await late.seesAndHears('alice');
      }));

    it('the picture grows beyond the smallest layer', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false });
        await bob.until('360 lines', 'hasHeight', 'alice', 360);
      }));

    it('mute and unmute reach the others, and media comes back', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false });
        await bob.seesAndHears('alice');
        await alice.run('mute', MICROPHONE, true);
        await bob.until('mute', 'isMuted', 'alice', MICROPHONE);
        await alice.run('mute', CAMERA, true);
        await bob.until('mute', 'isMuted', 'alice', CAMERA);
        await alice.run('mute', CAMERA, false);
        await bob.until('unmute', 'happened', 'unmuted', { identity: 'alice', source: CAMERA });
        const frames = await bob.run('framesDecoded', 'alice');
        await bob.until('frames after unmute', 'framesDecoded', 'alice', frames + 5);
      }));

    it('unsubscribing stops a track and subscribing brings it back', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false });
        await bob.seesAndHears('alice');
        await bob.run('subscribe', 'alice', CAMERA, false);
        await bob.until('unsubscribed', 'happened', 'unsubscribed', { identity: 'alice', source: CAMERA });
        await bob.run('subscribe', 'alice', CAMERA, true);
        await bob.until('subscribed again', 'isSubscribed', 'alice', CAMERA);
        await bob.until('frames again', 'framesDecoded', 'alice', 5);
      }));

    it('without auto-subscribe nothing comes until it is asked for', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false, connect: { autoSubscribe: false } });
        await bob.until('publication', 'isUnsubscribed', 'alice', CAMERA);
        await bob.run('subscribe', 'alice', CAMERA, true);
        await bob.until('frames', 'framesDecoded', 'alice', 5);
        assert.equal(await bob.run('isSubscribed', 'alice', MICROPHONE), false);
      }));

    it('an unpublished track goes and a new one takes its place', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false });
        await bob.seesAndHears('alice');
        await alice.run('unpublish', CAMERA);
        await bob.until('unsubscribed', 'happened', 'unsubscribed', { identity: 'alice', source: CAMERA });
        await alice.run('publish');
        await bob.until('frames of the new track', 'framesDecoded', 'alice', 5);
      }));

    it('leaving is seen by the others and frees everything', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await alice.seesAndHears('bob');
        await bob.run('leave');
        await alice.until('left', 'lacksParticipant', 'bob');
        const seats = await stack.debug(`rooms/${room}`);
        assert.deepEqual(seats.map((seat) => seat.identity), ['alice']);
      }));

    it('a lost signal connection is resumed, and media does not stop for it', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await bob.seesAndHears('alice');
        await alice.seesAndHears('bob');
        const frames = await bob.run('framesDecoded', 'alice');
        await alice.run('loseSignal');
        await alice.until('resumed', 'happened', 'reconnected');
        assert.equal(await alice.run('happened', 'disconnected'), undefined);
        assert.equal(await bob.run('happened', 'left'), undefined, 'alice never left');
        await bob.until('more frames', 'framesDecoded', 'alice', frames + 20);
        await alice.run('mute', MICROPHONE, true);
        await bob.until('a mute by the new connection', 'isMuted', 'alice', MICROPHONE);
        await bob.run('mute', CAMERA, true);
        await alice.until('a mute of the other', 'isMuted', 'bob', CAMERA);
      }));

    it('the same identity again takes the place of the first', () =>
      withPages(3, async (first, second, watcher) => {
        const room = newRoom();
        await watcher.join(stack, 'watcher', room, { publish: false });
        await first.join(stack, 'twin', room);
        await watcher.seesAndHears('twin');
        await second.join(stack, 'twin', room);
        const { reason } = await first.until('disconnected', 'happened', 'disconnected');
        assert.equal(reason, DUPLICATE_IDENTITY);
        await watcher.seesAndHears('twin');
      }));

    it('a browser that is killed is gone within fifteen seconds and leaves nothing', () =>
      withPages(1, async (watcher) => {
        const room = newRoom();
        const other = await Chromium.start();
        await watcher.join(stack, 'watcher', room, { publish: false });
        const victim = await other.open();
        await victim.join(stack, 'victim', room);
        await watcher.seesAndHears('victim');
        const killedAt = Date.now();
        await other.kill();
        await watcher.until('gone', 'lacksParticipant', 'victim');
        console.log(`      gone after ${((Date.now() - killedAt) / 1000).toFixed(1)} s`);
        const seats = await stack.debug(`rooms/${room}`);
        assert.deepEqual(seats.map((seat) => seat.identity), ['watcher']);
      }));

    it('three in a room all see and hear each other', () =>
      withPages(3, async (alice, bob, carol) => {
        const room = newRoom();
        const all = [alice, bob, carol];
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await carol.join(stack, 'carol', room);
        for (const viewer of all) {
          for (const other of all) {
            if (viewer !== other) {
              await viewer.seesAndHears(other.identity);
            }
          }
        }
      }));

    it('data reaches everybody else, or just whom it is for', () =>
      withPages(3, async (alice, bob, carol) => {
        const room = newRoom();
        for (const [client, identity] of [[alice, 'alice'], [bob, 'bob'], [carol, 'carol']]) {
          await client.join(stack, identity, room, { publish: false });
        }
        await alice.run('sendData', 'to all', { topic: 'greeting' });
        for (const client of [bob, carol]) {
          const packet = await client.until('a packet', 'hasData', 'alice', 'to all');
          assert.equal(packet.topic, 'greeting');
          assert.equal(packet.lossy, false);
        }
        await bob.run('sendData', 'lossy', { lossy: true });
        assert.equal((await alice.until('a lossy packet', 'hasData', 'bob', 'lossy')).lossy, true);
        await alice.run('sendData', 'for carol', { to: ['carol'] });
        await alice.run('sendData', 'after it');
        await carol.until('her packet', 'hasData', 'alice', 'for carol');
        await bob.until('the next', 'hasData', 'alice', 'after it');
        const texts = (await bob.run('received')).map((packet) => packet.text);
        assert.deepEqual(texts, ['to all', 'after it']);
        assert.deepEqual((await alice.run('received')).map((packet) => packet.text), ['lossy'], 'nobody hears itself');
      }));

    it('text streams, byte streams and calls pass', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room, { publish: false });
        await bob.join(stack, 'bob', room, { publish: false });
        await alice.run('sendText', TEXT_SIZE);
        assert.deepEqual(await bob.until('a text', 'hasText', 'alice'), { identity: 'alice', ...textOf(TEXT_SIZE) });
        const startedAt = Date.now();
        await alice.run('sendBytes', FILE_SIZE, ['bob']);
        const { at, ...file } = await bob.until('a file', 'hasBytes', 'alice');
        assert.deepEqual(file, { identity: 'alice', ...bytesOf(FILE_SIZE) });
        console.log(`      5 MB after ${Date.now() - startedAt} ms`);
        assert.equal(await bob.run('call', 'alice', 'hi'), 'bob said hi');
        assert.equal((await bob.run('callError', 'alice', 'nothing')).code, UNSUPPORTED_METHOD);
      }));

    it('a participant that may not publish data is not heard', () =>
      withPages(2, async (alice, bob) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room, { publish: false, token: { grant: { canPublishData: false } } });
        await bob.join(stack, 'bob', room, { publish: false });
        await alice.run('sendData', 'unheard');
        await bob.run('sendData', 'heard');
        await alice.until('a packet the other way', 'hasData', 'bob', 'heard');
        assert.deepEqual(await bob.run('received'), []);
      }));

    it('what was said while somebody joined is not missed', () =>
      withPages(2, async (alice, late) => {
        const room = newRoom();
        await alice.join(stack, 'alice', room, { publish: false });
        const joining = late.join(stack, 'late', room, { publish: false });
        await alice.until('the newcomer', 'hasParticipant', 'late');
        await alice.run('sendData', 'welcome');
        await joining;
        await late.until('the packet', 'hasData', 'alice', 'welcome');
      }));

    it('rooms do not hear of each other', () =>
      withPages(2, async (alice, bob) => {
        await alice.join(stack, 'alice', newRoom(), { publish: false });
        await bob.join(stack, 'bob', newRoom(), { publish: false });
        assert.deepEqual(await alice.run('participants'), []);
        assert.deepEqual(await bob.run('participants'), []);
      }));

    it('bad tokens are refused before the upgrade, and say why', () =>
      withPages(1, async (client) => {
        const room = newRoom();
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
          const error = await client.run('joinError', stack.url, token);
          assert.ok(error, `${what}: the client was let in`);
        }
      }));

    it('the log has no warning', () => {
      assert.deepEqual(stack.warnings(), []);
    });
  });
}
