// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/joins.js [count] [cluster]: joins of a real browser into a room with one publisher; how long connect() takes and
// how long until the first decoded frame.

import { Chromium } from '../harness/browser.js';
import { Cluster, Stack } from '../harness/stack.js';

const count = Number(process.argv[2] ?? 20);

function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))]);
}

const stack = await (process.argv[3] === 'cluster' ? Cluster : Stack).start();
const browser = await Chromium.start();
const publisher = await browser.open();
await publisher.join(stack, 'publisher', 'joins');
const joins = [];
const frames = [];
for (let i = 0; i < count + 1; i++) {
  const viewer = await browser.open();
  await viewer.join(stack, `viewer-${i}`, 'joins', { publish: false });
  const firstFrameMs = await viewer.until('a first frame', 'firstFrameMs');
  if (i > 0) {
    // the first join warms both sides up
    joins.push(await viewer.run('joinMs'));
    frames.push(firstFrameMs);
  }
  await viewer.run('leave');
  await viewer.close();
}
const line = (name, values) =>
  console.log(`${name}: p50 ${percentile(values, 50)} ms, p90 ${percentile(values, 90)} ms, max ${percentile(values, 100)} ms`);
line(`connect() of ${count} joins`, joins);
line('first decoded frame after the start of the join', frames);
await browser.stop();
await stack.stop();
