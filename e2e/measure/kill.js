// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/kill.js: how long a browser that is killed (SIGKILL) stays in the room, and what is left of it.

import { Chromium } from '../harness/browser.js';
import { Stack } from '../harness/stack.js';

const stack = await Stack.start();
const [watching, killed] = [await Chromium.start(), await Chromium.start()];
const watcher = await watching.open();
await watcher.join(stack, 'watcher', 'kill', { publish: false });
const victim = await killed.open();
await victim.join(stack, 'victim', 'kill');
await watcher.until('video', 'framesDecoded', 'victim', 5);
const before = Date.now();
await killed.kill();
await watcher.until('gone', 'lacksParticipant', 'victim');
console.log(`gone from the room after ${((Date.now() - before) / 1000).toFixed(1)} s`);
const shards = await stack.debug('shards');
console.log(`seats ${shards.map((s) => s.seats)}, tracks ${shards.map((s) => s.tracks)}`);
console.log(`warnings in the log: ${stack.warnings().length}`);
await watching.stop();
await stack.stop();
process.exit(0);
