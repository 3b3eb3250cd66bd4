// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Chromium's and Pion's own SCTP, ICE and DTLS against ours, with 5 % loss each way, delay and reordering.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { Chromium } from '../harness/browser.js';
import { bytesOf } from '../harness/expected.js';
import { Link } from '../harness/link.js';
import { withClients } from '../harness/participant.js';
import { GoClient, GO_CLIENT, makeMedia } from '../harness/sdk.js';
import { freePort, Stack } from '../harness/stack.js';

const FILE_SIZE = 200_000;
const PACKETS = 100;

describe('lossy link', { timeout: 300_000 }, () => {
  let link;
  let stack;
  let chromium;
  let media;
  let rooms = 0;

  before(async () => {
    link = await Link.start({ lossPercent: 5, delayMs: 5, jitterMs: 10 });
    const mediaPort = await freePort();
    link.connect(mediaPort);
    stack = await Stack.start({
      properties: {
        'parley.rtc.shards': 1,
        'parley.rtc.udp-port': mediaPort,
        'parley.rtc.advertised-addresses': '127.0.0.1',
        'parley.rtc.advertised-udp-port': link.port,
      },
    });
    chromium = await Chromium.start();
    media = await makeMedia();
  });

  after(async () => {
    await chromium?.stop();
    await stack?.stop();
    await link?.stop();
    await rm(media.folder, { recursive: true });
  });

  const page = () => chromium.open();
  const go = () => new GoClient(media);
  const pairs = [
    ['Chromium and Chromium, one peer connection', page, page, { single: true }],
    ['Chromium and Chromium, two peer connections', page, page, { single: false }],
  ];
  if (GO_CLIENT) {
    pairs.push(['Go and Chromium, one peer connection', go, page, { single: true }]);
    pairs.push(['Go and Chromium, two peer connections', go, page, { single: false }]);
  } else {
    console.log('\n      !!! Go is not installed: Pion IS NOT TESTED on this machine !!!\n');
  }

  for (const [title, makeOne, makeOther, shape] of pairs) {
    it(`${title}: a file arrives whole, packets in order, and pictures move`, async () =>
      withClients([await makeOne(), await makeOther()], async (one, other) => {
        const room = `lossy-${++rooms}`;
        await one.join(stack, 'one', room, shape);
        await other.join(stack, 'other', room, { ...shape, publish: false });
        for (const [from, to, name] of [[one, other, 'one'], [other, one, 'other']]) {
          await from.speaksTo(to, 'ready');
          for (let i = 0; i < PACKETS; i++) {
            await from.run('sendData', `packet ${i}`, {});
          }
          await to.until('the last packet', 'hasData', name, `packet ${PACKETS - 1}`);
          const texts = (await to.run('received')).filter((p) => p.identity === name).map((p) => p.text).filter((text) => text !== 'ready');
          assert.deepEqual(texts, Array.from({ length: PACKETS }, (_, i) => `packet ${i}`));
          const startedAt = Date.now();
          await from.run('sendBytes', FILE_SIZE);
          const { at, ...file } = await to.until('the file', 'hasBytes', name);
          assert.deepEqual(file, { identity: name, ...bytesOf(FILE_SIZE) });
          console.log(`      ${FILE_SIZE / 1000} kB from ${name} after ${Date.now() - startedAt} ms`);
        }
        await other.until('pictures', 'framesDecoded', 'one', 40);
      }));
  }

  it('the link did lose datagrams, and the log has no warning', () => {
    assert.ok(link.dropped > 100, `${link.dropped} of ${link.passed + link.dropped}`);
    assert.deepEqual(stack.warnings(), []);
  });
});
