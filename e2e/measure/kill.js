// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/kill.js: how long a browser that is killed (SIGKILL) stays in the room, and what is left of it.

import { Chromium } from '../harness/browser.js';
import { Visit } from './visit.js';

const visit = await Visit.start('standalone');
const killed = await Chromium.start();
const watcher = await visit.join('chromium', 'watcher', 'kill');
await visit.join('chromium', 'victim', 'kill', { publish: ['camera', 'microphone'], client: await killed.open() });
await watcher.sees('victim');
const before = Date.now();
await killed.kill();
await watcher.until('gone', (view) => !view.has('victim'));
console.log(`gone from the room after ${((Date.now() - before) / 1000).toFixed(1)} s`);
const shards = await visit.stack.debug('shards');
console.log(`seats ${shards.map(({ seats }) => seats)}, tracks ${shards.map(({ tracks }) => tracks)}`);
console.log(`warnings in the log: ${visit.stack.warnings().length}`);
await visit.stop();
