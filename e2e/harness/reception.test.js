// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Part of every run (run.js).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countsOf, wayOf } from './reception.js';

const layer = { packets: 90, keyFrames: 1, keyFramesAsked: 2 };
const alice = {
  identity: 'alice',
  shard: 1,
  connected: true,
  published: [{ sid: 'TR_VC1', source: 'CAMERA', mid: '7', codec: 'video/VP8', muted: false, packetsByLayer: [91, 0, 0], layers: [layer] }],
  subscribed: [],
};
const down = {
  sid: 'TR_VC1',
  mid: '4',
  ssrc: 4000000000,
  wanted: true,
  state: 'FORWARDING',
  heard: false,
  layer: -1,
  lastDrop: 'AWAITING_KEY_FRAME',
  sent: 5,
  resent: 0,
  keyFrameRequests: 3,
  layers: [{ packets: 88, keyFrames: 0, keyFramesAsked: 4 }],
};
const bob = { identity: 'bob', shard: 2, connected: true, published: [], subscribed: [down] };

describe('where media stopped', () => {
  it('is told by what each station has of the track', () => {
    const { lines, ssrc } = wayOf([alice, bob], 'bob', 'alice', 'camera');
    assert.equal(ssrc, 4000000000);
    assert.deepEqual(lines, [
      'TR_VC1 of shard 1 in section 7, video/VP8, connected: received 91, 0, 0; up: 90 packets, 1 key frames, 2 asked',
      'FORWARDING on shard 2 in section 4, wanted, layer -1, connected: up here: 88 packets, 0 key frames, 4 asked; ' +
        'down: 5 sent as 4000000000, 0 again, 3 key frames asked, last drop AWAITING_KEY_FRAME, never reported on',
    ]);
  });

  it('is told also where there is no track, no seat, no subscription', () => {
    const linesOf = (/** @type {any[]} */ seats, source = 'camera') => wayOf(seats, 'bob', 'alice', source).lines;
    assert.deepEqual(linesOf([alice, bob], 'microphone'), ['alice has no microphone']);
    assert.deepEqual(linesOf([bob]), ['no seat of alice']);
    assert.equal(linesOf([alice, { ...bob, subscribed: [] }])[1], 'not known on shard 2');
    assert.match(linesOf([alice, { ...bob, awaitsDescription: true }])[1], /connected, owes an offer or answer: /);
  });

  it('is told by the statistics of every SDK', () => {
    const ssrc = 4000000000;
    const browser = [{ state: 'connected', reports: [{ type: 'inbound-rtp', ssrc: 1, packetsReceived: 9 }, { type: 'inbound-rtp', ssrc, packetsReceived: 5, framesDecoded: 0 }, { type: 'candidate-pair', packetsReceived: 1542 }] }];
    assert.equal(countsOf(browser, ssrc), 'packetsReceived 5, framesDecoded 0');
    const late = [{ reports: [{ ssrc, packetsReceived: 222, framesReceived: 112, framesDecoded: 36, jitterBufferDelay: 242.6, jitterBufferEmittedCount: 36 }] }];
    assert.equal(countsOf(late, ssrc), 'packetsReceived 222, framesReceived 112, framesDecoded 36, each waited 6.7 s');
    const rust = { subscriber: [{ inboundRtp: { stream: { ssrc }, received: { packetsReceived: '5' }, inbound: { framesDecoded: 0 } } }] };
    assert.equal(countsOf(rust, ssrc), 'packetsReceived 5, framesDecoded 0');
    assert.equal(countsOf(browser, 7), 'counts nothing under that SSRC');
  });
});
