// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The README's example, run as it stands.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { RoomServiceClient } from 'livekit-server-sdk';
import { Chromium } from '../harness/browser.js';
import { Stack } from '../harness/stack.js';

describe('README', { timeout: 120_000 }, () => {
  let stack;
  let browser;

  before(async () => {
    stack = await Stack.start();
    browser = await Chromium.start();
  });

  after(async () => {
    await browser?.stop();
    await stack?.stop();
  });

  it("its JavaScript example publishes to a room and shows the others' tracks", async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const example = /```js\n([\s\S]*?)```/.exec(readme)[1];
    assert.match(example, /^import \{ Room, RoomEvent \} from 'livekit-client';/);
    const body = example
      .replace(/^import.*$/m, 'const { Room, RoomEvent } = LivekitClient;')
      .replace('ws://localhost:7880', stack.url);
    const other = await browser.open();
    await other.join(stack, 'other', 'demo');
    const page = await browser.open();
    // As the module that the README shows: top-level await, and a token in scope.
    await page.page.evaluate(`(async (token) => {${body}})(${JSON.stringify(await stack.token('alice', 'demo'))})`);
    await other.until('alice is seen', 'framesDecoded', 'alice', 5);
    await page.page.waitForFunction(() => {
      const video = document.querySelector('video');
      return video && video.videoWidth > 0;
    });
  });

  it('its example of data and calls runs', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const example = /```js\n(const decoder[\s\S]*?)```/.exec(readme)[1];
    const bob = await browser.open();
    await bob.join(stack, 'bob', 'calls', { publish: false });
    await bob.page.evaluate("window.parley.answerGreetings()");
    const page = await browser.open();
    await page.join(stack, 'alice', 'calls', { publish: false });
    const greeting = await page.page.evaluate(
      `(async () => { const { RoomEvent } = LivekitClient; const room = window.parley.room();
        room.unregisterRpcMethod('greet'); ${example} return greeting; })()`,
    );
    assert.equal(greeting, 'hello alice');
    await bob.until('data', 'hasData', 'alice', 'to everybody');
  });

  it('its example of the room API runs', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    const example = /```js\n(import \{ RoomServiceClient[\s\S]*?)```/.exec(readme)[1];
    const body = example.replace(/^import.*$/m, '').replace('http://localhost:7880', stack.httpUrl);
    const AsyncFunction = (async () => {}).constructor;
    const participants = await new AsyncFunction('RoomServiceClient', `${body} return participants;`)(RoomServiceClient);
    assert.ok(Array.isArray(participants));
  });

  it('the token that the process prints is good', async () => {
    const token = /token +(\S+)/.exec(stack.log)[1];
    const client = await browser.open();
    await client.run('join', stack.url, token, {}, {});
    assert.equal(await client.run('connectionState'), 'connected');
  });
});
