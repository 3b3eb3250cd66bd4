// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Packets, streams and calls over data channels.

import assert from 'node:assert/strict';
import { bytesOf, textOf } from '../harness/expected.js';
import { scenario } from '../harness/scenario.js';

const UNSUPPORTED_METHOD = 1400;
const TEXT_SIZE = 40_000;
const FILE_SIZE = 200_000;
const LARGE_SIZE = 5_000_000;

const texts = (/** @type {import('../harness/participant.js').Participant} */ participant) => participant.view.packets.map(({ text }) => text);

scenario('data reaches everybody else, or just whom it is for', { needs: ['data'], clients: 'every' }, async ({ joinAll }) => {
  const [alice, bob, carol] = await joinAll(['alice', 'bob', 'carol']);
  // Until the other end says so, an SDK may drop what it is given.
  await Promise.all([alice.speaksTo(bob, 'ready'), bob.speaksTo(carol, 'ready'), carol.speaksTo(alice, 'ready')]);
  await alice.sendData('to all', { topic: 'greeting' });
  for (const client of [bob, carol]) {
    const packet = await client.reads('alice', 'to all');
    assert.equal(packet.topic, 'greeting');
    assert.notEqual(packet.lossy, true);
  }
  await bob.sendData('lossy', { lossy: true });
  assert.notEqual((await alice.reads('bob', 'lossy')).lossy, false);
  await alice.sendData('for carol', { to: ['carol'] });
  await alice.sendData('after it', {});
  await carol.reads('alice', 'for carol');
  await bob.reads('alice', 'after it');
  const ofAlice = (/** @type {typeof bob} */ who) => who.view.packets.filter(({ identity }) => identity === 'alice').map(({ text }) => text).filter((text) => text !== 'ready');
  assert.deepEqual(ofAlice(bob), ['to all', 'after it']);
  assert.deepEqual(ofAlice(alice), [], 'nobody hears itself');
});

scenario('text streams, byte streams and calls pass both ways', { needs: ['streams', 'rpc', 'data'], clients: 'every', axes: ['shape', 'seats'] }, async ({ joinAll }) => {
  const [alice, bob] = await joinAll(['alice', 'bob']);
  await Promise.all([alice.speaksTo(bob, 'ready'), bob.speaksTo(alice, 'ready')]);
  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    await from.sendText(TEXT_SIZE, [to.identity]);
    await from.sendBytes(FILE_SIZE, [to.identity]);
    assert.deepEqual(await to.receives('text', from.identity), textOf(TEXT_SIZE));
    assert.deepEqual(await to.receives('bytes', from.identity), bytesOf(FILE_SIZE));
    assert.equal(await from.call(to.identity, 'hi'), `${from.identity} said hi`);
    assert.equal((await from.callError(to.identity, 'nothing')).code, UNSUPPORTED_METHOD);
  }
});

scenario('a file of 5 MB arrives whole', { needs: ['streams', 'data'], clients: 'every', axes: [] }, async ({ joinAll }) => {
  const [alice, bob] = await joinAll(['alice', 'bob']);
  await Promise.all([alice.speaksTo(bob, 'ready'), bob.speaksTo(alice, 'ready')]);
  await Promise.all([alice.sendBytes(LARGE_SIZE, ['bob']), bob.sendBytes(LARGE_SIZE, ['alice'])]);
  assert.deepEqual(await bob.receives('bytes', 'alice'), bytesOf(LARGE_SIZE));
  assert.deepEqual(await alice.receives('bytes', 'bob'), bytesOf(LARGE_SIZE));
});

scenario('a participant that may not publish data is not heard', { needs: ['data'], axes: [] }, async ({ join }) => {
  const alice = await join('alice', { grant: { canPublishData: false } });
  const bob = await join('bob');
  await alice.sendData('unheard', {}).catch(() => {}); // an SDK may refuse it itself
  await bob.speaksTo(alice, 'heard');
  assert.deepEqual(texts(bob), []);
});

scenario('what was said while somebody joined is not missed', { needs: ['data'], axes: ['process', 'seats'], casts: [['chromium']] }, async ({ join }) => {
  const alice = await join('alice');
  const joining = join('late', { placed: false });
  await alice.happens('joined', { identity: 'late' });
  await alice.sendData('welcome', {});
  await (await joining).reads('alice', 'welcome');
});

scenario('rooms do not hear of each other', { needs: ['data'], axes: [] }, async ({ join, room }) => {
  const alice = await join('alice');
  const bob = await join('bob', { room: `${room}-other` });
  await alice.sendData('in the one', {});
  await bob.sendData('in the other', {});
  const carol = await join('carol');
  await alice.happens('joined', { identity: 'carol' });
  assert.deepEqual([alice.view.participants, bob.view.participants, carol.view.participants], [['carol'], [], ['alice']]);
  assert.deepEqual([texts(alice), texts(bob)], [[], []]);
});
