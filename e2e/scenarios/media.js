// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Tracks: published, muted, wanted or not, and gone.

import assert from 'node:assert/strict';
import { Chromium } from '../harness/browser.js';
import { can, kindsHere } from '../harness/kinds.js';
import { until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';

const CONSENT_MS = 15_000;

scenario('two participants see and hear each other, and a late one both', { needs: ['media'], clients: 'everywhere' }, async ({ join }) => {
  const alice = await join('alice');
  const bob = await join('bob');
  await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
  const late = await join('late', { publish: [] });
  await Promise.all([late.seesAndHears('alice'), late.seesAndHears('bob')]);
});

scenario('mute and unmute reach the others, and media comes back', { needs: ['media', 'mute'], axes: ['process', 'seats'] }, async ({ join }) => {
  const alice = await join('alice');
  const bob = await join('bob', { publish: [] });
  await bob.seesAndHears('alice');
  for (const source of ['microphone', 'camera']) {
    await alice.mute(source, true);
    await bob.until(`${source} is muted`, (view) => view.isMuted('alice', source));
    await alice.mute(source, false);
    await bob.until(`${source} is not muted`, (view) => !view.isMuted('alice', source));
  }
  await bob.seesAndHears('alice');
});

scenario(
  "a camera that a mute stopped is started again by unmuting",
  { needs: ['media', 'mute', 'lossiness'], axes: ['shape'], casts: [['chromium']] },
  async ({ join }) => {
    // Two pages of one Chromium that open its fake camera at the same moment get no frames: this page has it for itself.
    const chromium = await Chromium.start();
    try {
      const alice = await join('alice', { client: await chromium.open(), camera: { device: true }, publish: ['camera'] });
      const bob = await join('bob', { publish: [] });
      await bob.sees('alice');
      await alice.mute('camera', true);
      await bob.until('muted', (view) => view.isMuted('alice', 'camera'));
      await alice.mute('camera', false);
      await bob.happens('unmuted', { identity: 'alice' });
      await bob.sees('alice');
      await alice.leave();
    } finally {
      await chromium.stop();
    }
  },
);

// The model is known by the User-Agent alone: livekit-client says nothing of it.
const XIAOMI =
  'Mozilla/5.0 (Linux; Android 12; 2201117TI Build/SKQ1.211103.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36';

scenario(
  'a device whose encoder for H.264 fails publishes another codec, and is sent H.264 all the same',
  { needs: ['media', 'lossiness'], axes: ['shape'], casts: [['chromium']] },
  async ({ join, api, room }) => {
    const chromium = await Chromium.start();
    try {
      const phone = await join('phone', { client: await chromium.open({ userAgent: XIAOMI }), camera: { codec: 'h264' }, publish: ['camera'] });
      const desk = await join('desk', { camera: { codec: 'h264' }, publish: ['camera'] });
      await Promise.all([phone.sees('desk'), desk.sees('phone')]);
      const codecOf = async (/** @type {string} */ identity) => (await api.getParticipant(room, identity)).tracks[0].mimeType;
      assert.equal(await codecOf('phone'), 'video/VP8');
      assert.equal(await codecOf('desk'), 'video/H264');
      await phone.leave();
    } finally {
      await chromium.stop();
    }
  },
);

scenario('unsubscribing stops a track and subscribing brings it back', { needs: ['media', 'subscribe'], axes: ['seats', 'shape'] }, async ({ join }) => {
  const alice = await join('alice');
  const bob = await join('bob', { publish: [] });
  await bob.seesAndHears('alice');
  await bob.subscribe('alice', 'camera', false);
  await bob.happens('unsubscribed', { identity: 'alice', source: 'camera' });
  await bob.hears('alice');
  await bob.subscribe('alice', 'camera', true);
  await bob.until('subscribed again', (view) => view.reception('alice', 'camera'));
  await bob.sees('alice');
  assert.equal(alice.view.happened('disconnected'), undefined);
});

/** Publishers that can; viewers of the Rust SDKs are not told that a track was taken (docs/clients.md). */
const PERMITTING = kindsHere().filter((kind) => can(kind, ['permit']));

scenario(
  'a publisher takes its tracks from a viewer, and gives them back live',
  { needs: ['media', 'permit'], casts: PERMITTING.map((kind) => [kind, 'chromium', 'chromium']), axes: [] },
  async ({ join }) => {
    const alice = await join('alice');
    const [bob, carol] = [await join('bob', { publish: [] }), await join('carol', { publish: [] })];
    await Promise.all([bob, carol].map((viewer) => viewer.seesAndHears('alice')));
    await alice.permit(false, ['carol']);
    await bob.until('nothing is subscribed', (view) => !view.reception('alice', 'camera') && !view.reception('alice', 'microphone'));
    await carol.seesAndHears('alice');
    await alice.permit(true);
    await Promise.all([bob, carol].map((viewer) => viewer.seesAndHears('alice')));
  },
);

scenario('without auto-subscribe nothing comes until it is asked for', { needs: ['media', 'subscribe'], axes: ['process', 'seats'] }, async ({ join }) => {
  await join('alice');
  const bob = await join('bob', { publish: [], autoSubscribe: false });
  await bob.until('the publications', (view) => view.track('alice', 'camera') && view.track('alice', 'microphone'));
  await bob.subscribe('alice', 'camera', true);
  await bob.sees('alice');
  assert.equal(bob.view.reception('alice', 'microphone'), undefined);
});

scenario('an unpublished track goes and a new one takes its place', { needs: ['media', 'unpublish'], axes: ['seats', 'shape'] }, async ({ join }) => {
  const alice = await join('alice');
  const bob = await join('bob', { publish: [] });
  await bob.seesAndHears('alice');
  await alice.unpublish('camera');
  await bob.happens('unsubscribed', { identity: 'alice', source: 'camera' });
  await bob.hears('alice');
  await alice.publish('camera', {});
  await bob.sees('alice');
});

scenario('leaving is seen by the others and frees everything', { needs: ['media'], axes: ['process', 'seats'] }, async ({ join, stack, room }) => {
  const alice = await join('alice');
  const bob = await join('bob');
  await alice.seesAndHears('bob');
  await bob.leave();
  await alice.until('bob is gone', (view) => !view.has('bob'));
  await until('one seat is left', async () => {
    const seats = await stack.debug(`rooms/${room}`);
    return seats.map(({ identity }) => identity).join() === 'alice';
  });
});

scenario(
  'a lost signal connection is resumed, and media does not stop for it',
  { needs: ['media', 'resume', 'unpublish'], clients: 'every', axes: ['process', 'shape'] },
  async ({ join }) => {
    const [alice, bob] = [await join('alice'), await join('bob')];
    await Promise.all([bob.seesAndHears('alice'), alice.seesAndHears('bob')]);
    await alice.loseSignal();
    await Promise.all([alice.happens('reconnected'), bob.sees('alice', 20)]);
    assert.equal(alice.view.happened('disconnected'), undefined);
    assert.equal(bob.view.happened('left'), undefined, 'alice never left');
    await alice.unpublish('microphone');
    await bob.until('what alice says by the new connection', (view) => !view.track('alice', 'microphone'));
    await bob.unpublish('camera');
    await alice.until('what bob says meanwhile', (view) => !view.track('bob', 'camera'));
  },
);

scenario('the same identity again takes the place of the first', { needs: ['media'], axes: ['process', 'seats'] }, async ({ join }) => {
  const DUPLICATE_IDENTITY = 2;
  const watcher = await join('watcher', { publish: [] });
  const first = await join('twin');
  await watcher.seesAndHears('twin');
  await join('twin');
  assert.equal((await first.happens('disconnected')).reason, DUPLICATE_IDENTITY);
  // Its first tracks go. Whether it left in between is the SDK's to say: to livekit-client, as with LiveKit, it is one participant.
  await watcher.happens('unsubscribed', { identity: 'twin', source: 'camera' });
  await watcher.seesAndHears('twin');
});

scenario(
  'a browser that is killed is gone within a little more than fifteen seconds and leaves nothing',
  { needs: ['media'], slow: true, isQuiet: true, casts: [['chromium']] },
  async ({ join, stack, room }) => {
    const watcher = await join('watcher', { publish: [] });
    const other = await Chromium.start();
    await join('victim', { client: await other.open() });
    await watcher.seesAndHears('victim');
    const killedAt = Date.now();
    await other.kill();
    await watcher.until('the victim is gone', (view) => !view.has('victim'), 2 * CONSENT_MS);
    const goneAfterMs = Date.now() - killedAt;
    // A check of consent was answered at most five seconds before the end, and none after it.
    assert.ok(goneAfterMs > CONSENT_MS - 6_000 && goneAfterMs < CONSENT_MS + 3_000, `gone after ${goneAfterMs} ms`);
    await until('its seat is free', async () => (await stack.debug(`rooms/${room}`)).every(({ identity }) => identity === 'watcher'));
  },
);

scenario(
  'clients of all kinds in one room see, hear and tell each other',
  { needs: ['media', 'data'], casts: [['go', 'chromium', 'firefox', 'python', 'node']], axes: ['process', 'shape'] },
  async ({ joinAll, run }) => {
    const all = await joinAll(run.cast.map((kind) => `the-${kind}`));
    const pairs = all.flatMap((one) => all.filter((other) => other !== one).map((other) => [one, other]));
    await Promise.all(pairs.map(([one, other]) => one.seesAndHears(other.identity)));
    await Promise.all(all.map((one) => one.sendData(`hello of ${one.identity}`, {})));
    await Promise.all(pairs.map(([one, other]) => one.reads(other.identity, `hello of ${other.identity}`)));
  },
);
