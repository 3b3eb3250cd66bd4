// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/joins.js [count] [cluster]: joins of a real browser into a room with one publisher; how long connect() takes and
// how long until the first decoded frame.

import { Visit } from './visit.js';

const count = Number(process.argv[2] ?? 20);

/** @param {string} name @param {number[]} values */
function report(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const percentile = (/** @type {number} */ p) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))]);
  console.log(`${name}: p50 ${percentile(50)} ms, p90 ${percentile(90)} ms, max ${percentile(100)} ms`);
}

const visit = await Visit.start(process.argv[3] ?? 'standalone');
await visit.join('chromium', 'publisher', 'joins', { publish: ['camera', 'microphone'] });
/** @type {number[]} */
const joins = [];
/** @type {number[]} */
const frames = [];
for (let i = 0; i < count + 1; i++) {
  const client = await visit.bench.open('chromium');
  const viewer = await visit.join('chromium', `viewer-${i}`, 'joins', { client });
  const { afterMs } = await viewer.happens('firstFrame');
  if (i > 0) {
    // the first join warms both sides up
    joins.push(viewer.view.happened('connected')?.afterMs);
    frames.push(afterMs);
  }
  await viewer.leave();
  await client.close();
}
report(`connect() of ${count} joins`, joins);
report('first decoded frame after the start of the join', frames);
await visit.stop();
