// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Simulcast: three layers of one camera, and what a subscriber gets of them.

import assert from 'node:assert/strict';
import { sleep, until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';

const CAMERA = { simulcast: true, width: 1280, height: 720 };
const HEIGHTS = { LOW: 180, MEDIUM: 360, HIGH: 720 };

/** A switch may show as one freeze, since the next layer's key frame has to come first. */
const FROZEN_MS_A_SWITCH = 2_000;
/** Requests of the receiver itself. */
const REQUESTS_A_SWITCH = 4;
const KEY_FRAMES_A_SWITCH = 6;

/** @param {import('../harness/participant.js').Participant} bob @param {number} height */
async function gets(bob, height) {
  await bob.until(`${height} lines`, (view) => view.reception('alice', 'camera')?.height === height);
  await bob.sees('alice', 10);
  assert.equal(bob.view.reception('alice', 'camera')?.height, height, 'it stays so');
}

scenario('a subscriber gets the layer whose quality it asks for', { needs: ['media', 'simulcast', 'quality'] }, async ({ join }) => {
  await join('alice', { camera: CAMERA, publish: ['camera'] });
  const bob = await join('bob', { publish: [] });
  await gets(bob, HEIGHTS.HIGH);
  const reception = /** @type {import('../harness/view.js').Reception} */ (bob.view.reception('alice', 'camera'));
  const { keyFrames, keyFrameRequests, frozenMs } = reception;
  const qualities = /** @type {(keyof HEIGHTS)[]} */ (['LOW', 'MEDIUM', 'HIGH', 'LOW', 'HIGH', 'MEDIUM']);
  for (const quality of qualities) {
    await bob.setQuality('alice', 'camera', quality);
    await gets(bob, HEIGHTS[quality]);
  }
  const switches = qualities.length;
  assert.ok(reception.frozenMs - frozenMs <= switches * FROZEN_MS_A_SWITCH, `frozen for ${reception.frozenMs - frozenMs} ms`);
  assert.ok(reception.keyFrameRequests - keyFrameRequests <= switches * REQUESTS_A_SWITCH, `${reception.keyFrameRequests} key frames asked for`);
  assert.ok(reception.keyFrames - keyFrames <= switches * KEY_FRAMES_A_SWITCH, `${reception.keyFrames} key frames`);
});

scenario(
  'a subscriber gets the layer that fills what it shows',
  { needs: ['media', 'simulcast', 'layers'], axes: ['seats', 'shape'] },
  async ({ join }) => {
    await join('alice', { camera: CAMERA, publish: ['camera'] });
    const bob = await join('bob', { publish: [] });
    await gets(bob, HEIGHTS.HIGH);
    for (const [width, height] of [[320, 180], [640, 360], [1280, 720]]) {
      await bob.setDimensions('alice', 'camera', width, height);
      await gets(bob, height);
    }
  },
);

scenario('a track that is not shown sends nothing until it is', { needs: ['media', 'layers'], axes: ['seats', 'shape'] }, async ({ join, stack, room }) => {
  await join('alice', { publish: ['camera'] });
  const bob = await join('bob', { publish: [] });
  await bob.sees('alice');
  await bob.setEnabled('alice', 'camera', false);
  const sent = async () => {
    const seats = await stack.debug(`rooms/${room}`);
    return seats.find(({ identity }) => identity === 'bob').subscribed[0].sent;
  };
  await stops(sent);
  await bob.setEnabled('alice', 'camera', true);
  await bob.sees('alice', 20);
});

/** Waits until a count is the same for a while. @param {() => Promise<number>} count */
async function stops(count) {
  await until('it stops', async () => {
    const before = await count();
    await sleep(500);
    return (await count()) === before;
  });
}
