// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Chromium's and Pion's own SCTP, ICE and DTLS against ours, with 5 % loss each way, delay and reordering.

import assert from 'node:assert/strict';
import { apart, shared } from '../harness/cells.js';
import { bytesOf } from '../harness/expected.js';
import { Link, SEED } from '../harness/link.js';
import { scenario } from '../harness/scenario.js';
import { freePort } from '../harness/service.js';
import { Stack } from '../harness/stack.js';

const FILE_SIZE = 200_000;
const PACKETS = 100;

/** @type {Link | undefined} */
let link;

const LOSSY = shared('lossy link', async () => {
  link = await Link.start({ lossPercent: 5, delayMs: 5, jitterMs: 10 });
  link.targetPort = await freePort();
  const stack = await Stack.start({
    'parley.rtc.shards': 1,
    'parley.rtc.udp-port': link.targetPort,
    'parley.rtc.advertised-addresses': '127.0.0.1',
    'parley.rtc.advertised-udp-port': link.port,
  });
  stack.service.exited.then(() => link?.stop());
  return stack;
});

scenario(
  'over a lossy link a file arrives whole, packets in order, and pictures move',
  { needs: ['media', 'data', 'streams'], slow: true, cells: [apart(LOSSY, 'single'), apart(LOSSY, 'dual')], casts: [['chromium'], ['go', 'chromium']] },
  async ({ join }) => {
    const one = await join('one');
    const other = await join('other', { publish: [] });
    for (const [from, to] of [[one, other], [other, one]]) {
      await from.speaksTo(to, 'ready');
      for (let i = 0; i < PACKETS; i++) {
        await from.sendData(`packet ${i}`, {});
      }
      await to.reads(from.identity, `packet ${PACKETS - 1}`);
      const texts = to.view.packets.map(({ text }) => text).filter((text) => text !== 'ready');
      assert.deepEqual(texts, Array.from({ length: PACKETS }, (_, i) => `packet ${i}`));
      await from.sendBytes(FILE_SIZE, []);
      assert.deepEqual(await to.receives('bytes', from.identity), bytesOf(FILE_SIZE));
    }
    await other.sees('one', 40);
    assert.ok(link && link.dropped > link.passed / 40, `${link?.dropped} datagrams lost, ${link?.passed} not; seed ${SEED}`);
  },
);
