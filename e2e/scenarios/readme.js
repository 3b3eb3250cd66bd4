// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The README's examples, run as they stand.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { PageClient } from '../harness/browser.js';
import { apart, STANDALONE } from '../harness/cells.js';
import { until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';
import { shell } from '../harness/shell.js';

const README = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const HERE = { cells: [apart(STANDALONE, 'single')], casts: [[/** @type {const} */ ('chromium')]] };

/** @param {RegExp} pattern of the block in which the example is its first group */
function example(pattern) {
  const found = pattern.exec(README);
  assert.ok(found, `the README has ${pattern}`);
  return found[1];
}

/** Runs text in a participant's page. @param {import('../harness/participant.js').Participant} participant @param {string} text */
function evaluate(participant, text) {
  assert.ok(participant.client instanceof PageClient);
  return participant.client.page.evaluate(text);
}

scenario("the README's JavaScript example publishes to a room and shows the others' tracks", { needs: ['media'], ...HERE }, async ({ join, open, stack, room }) => {
  const code = example(/```js\n(import \{ Room, RoomEvent \} from 'livekit-client';[\s\S]*?)```/)
    .replace(/^import.*$/m, 'const { Room, RoomEvent } = LivekitClient;')
    .replace('ws://localhost:7880', stack.url);
  const other = await join('other');
  const alice = await open('alice');
  // As the module that the README shows: top-level await, and a token in scope.
  await evaluate(alice, `(async (token) => {${code}; window.shown = room;})(${JSON.stringify(await stack.token('alice', room))})`);
  await other.sees('alice');
  assert.ok(alice.client instanceof PageClient);
  await alice.client.page.waitForFunction("[...document.querySelectorAll('video')].some((video) => video.videoWidth > 0)");
  await evaluate(alice, 'window.shown.disconnect()');
});

scenario("the README's example of data and calls runs", { needs: ['data'], ...HERE }, async ({ join }) => {
  const bob = await join('bob');
  await evaluate(bob, "room().registerRpcMethod('greet', async ({ callerIdentity }) => `hello ${callerIdentity}`)");
  const alice = await join('alice');
  const code = example(/```js\n(const decoder[\s\S]*?)```/);
  const greeting = await evaluate(alice, `(async (room) => { const { RoomEvent } = LivekitClient; ${code} return greeting; })(room())`);
  assert.equal(greeting, 'hello alice');
  await bob.reads('alice', 'to everybody');
});

scenario("the README's example of the room API runs", HERE, async ({ stack }) => {
  const code = example(/```js\n(import \{ RoomServiceClient[\s\S]*?)```/).replace(/^import.*$/m, '').replace('http://localhost:7880', stack.httpUrl);
  const AsyncFunction = /** @type {FunctionConstructor} */ ((async () => {}).constructor);
  const participants = await new AsyncFunction('RoomServiceClient', `${code} return participants;`)(RoomServiceClient);
  assert.ok(Array.isArray(participants));
});

scenario("the README's commands run", HERE, async ({ join, open, stack, room }) => {
  await join('alice');
  const env = { LIVEKIT_URL: stack.url };
  const answers = [];
  for (const line of example(/```sh\n(\.\/parley token [\s\S]*?)```/).trim().split('\n')) {
    answers.push(await shell(`cd .. && ${line.replaceAll('demo', room)}`, env));
  }
  const [token, created, listed, participants] = answers;
  assert.match(created, new RegExp(`^RM_\\w+ +${room} +1 `, 'm'));
  assert.match(listed, new RegExp(`^RM_\\w+ +${room} +1 `, 'm'));
  assert.deepEqual(JSON.parse(participants).participants.map((/** @type {any} */ each) => each.identity), ['alice']);
  await until('the room is gone', async () => (await stack.api().listRooms([room])).length === 0);
  const again = await open('alice-again');
  await again.join(stack.url, token.trim(), {});
});

scenario('the doctor names the port that a running service has', HERE, async ({ stack }) => {
  const { port } = new URL(stack.httpUrl);
  const found = await shell(`cd .. && ! ./parley doctor dev --server.port=${port} --management.server.port=0 --parley.rtc.udp-port=0`, {});
  assert.match(found, new RegExp(`TCP ${port} +BAD: .*--server\\.port`));
});

scenario('the token that the process prints is good', HERE, async ({ open, stack }) => {
  const token = /token +(\S+)/.exec(stack.services[0].log)?.[1];
  const alice = await open('alice');
  await alice.join(stack.url, token, {});
});
