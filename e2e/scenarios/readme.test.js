// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The README's example, run as it stands.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
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

  it('the token that the process prints is good', async () => {
    const token = /token +(\S+)/.exec(stack.log)[1];
    const client = await browser.open();
    await client.run('join', stack.url, token, {}, {});
    assert.equal(await client.run('connectionState'), 'connected');
  });
});
