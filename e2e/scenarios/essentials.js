// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a browser has to be able to do among its like.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bytesOf } from '../harness/expected.js';
import { withClients } from '../harness/participant.js';

const FILE_SIZE = 1_000_000;

/** @param start gives the running stack */
export function essentials(name, start, Engine, { single = true } = {}) {
  describe(name, { timeout: 180_000 }, () => {
    let stack;
    let browser;
    let rooms = 0;

    before(async () => {
      stack = await start();
      browser = await Engine.start();
    });

    after(async () => {
      await browser?.stop();
      await stack?.stop();
    });

    async function withPages(count, scenario) {
      const pages = [];
      for (let i = 0; i < count; i++) {
        pages.push(await browser.open());
        pages[i].isSingle = single;
      }
      await withClients(pages, (...clients) => scenario(`${name}-${++rooms}`, ...clients));
    }

    it('two see and hear each other, and a late one both', () =>
      withPages(3, async (room, alice, bob, late) => {
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await bob.seesAndHears('alice');
        await alice.seesAndHears('bob');
        await late.join(stack, 'late', room, { publish: false });
        await late.seesAndHears('alice');
        await late.seesAndHears('bob');
      }));

    it('a lost signal connection is resumed, and media does not stop for it', () =>
      withPages(2, async (room, alice, bob) => {
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room);
        await bob.seesAndHears('alice');
        await alice.seesAndHears('bob');
        const frames = await bob.run('framesDecoded', 'alice');
        await bob.run('loseSignal');
        await bob.until('resumed', 'happened', 'reconnected');
        assert.equal(await alice.run('happened', 'left'), undefined, 'bob never left');
        await bob.until('more frames', 'framesDecoded', 'alice', frames + 20);
        await alice.run('mute', 'camera', true);
        await bob.until('a mute by the new connection', 'isMuted', 'alice', 'camera');
      }));

    it('data, a file and a call pass', () =>
      withPages(2, async (room, alice, bob) => {
        await alice.join(stack, 'alice', room, { publish: false });
        await bob.join(stack, 'bob', room, { publish: false });
        await alice.run('sendData', 'hello');
        await bob.until('data', 'hasData', 'alice', 'hello');
        await bob.run('sendData', 'lossy', { lossy: true });
        await alice.until('lossy data', 'hasData', 'bob', 'lossy');
        await alice.run('sendBytes', FILE_SIZE);
        const { at, ...file } = await bob.until('a file', 'hasBytes', 'alice');
        assert.deepEqual(file, { identity: 'alice', ...bytesOf(FILE_SIZE) });
        assert.equal(await bob.run('call', 'alice', 'hi'), 'bob said hi');
      }));

    it('an unpublished track goes and a new one takes its place', () =>
      withPages(2, async (room, alice, bob) => {
        await alice.join(stack, 'alice', room);
        await bob.join(stack, 'bob', room, { publish: false });
        await bob.seesAndHears('alice');
        await alice.run('unpublish', 'camera');
        await bob.until('unsubscribed', 'happened', 'unsubscribed', { identity: 'alice', source: 'camera' });
        await alice.run('publish');
        await bob.until('frames of the new track', 'framesDecoded', 'alice', 5);
        await alice.run('leave');
        await bob.until('left', 'lacksParticipant', 'alice');
      }));

    it('the log has no warning', () => {
      assert.deepEqual(stack.warnings(), []);
    });
  });
}
