// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The commands of docs/services.md, on free ports.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { Chromium } from '../harness/browser.js';
import { withClients } from '../harness/participant.js';
import { Cluster } from '../harness/stack.js';

describe('docs/services.md', { timeout: 120_000 }, () => {
  const started = [];

  after(async () => {
    for (const each of started.reverse()) {
      await each.stop();
    }
  });

  it('its commands start a suite that a browser can meet in', async () => {
    const text = await readFile(new URL('../../docs/services.md', import.meta.url), 'utf8');
    const [redis, ...commands] = /```sh\n([\s\S]*?)```/.exec(text)[1].trim().split('\n');
    assert.equal(redis, 'redis-server');
    const cluster = await Cluster.start({ roomServices: 0, nodes: 0 });
    started.push(cluster);
    for (const command of commands) {
      const [parley, service, ...options] = command.split(' ');
      assert.equal(parley, './parley');
      const settings = Object.fromEntries(options.map((option) => option.replace('--', '').split('=')));
      await { 'sfu-node': () => cluster.startNode(settings), 'room-service': () => cluster.startRoomService(settings) }[service]();
    }
    assert.equal(cluster.nodes.length, 2);
    cluster.serve(cluster.roomServices[0].httpUrl);
    const chromium = await Chromium.start();
    started.push(chromium);
    await withClients([await chromium.open(), await chromium.open()], async (alice, bob) => {
      await alice.join(cluster, 'alice', 'demo');
      await bob.join(cluster, 'bob', 'demo', { publish: false });
      await bob.seesAndHears('alice');
    });
  });
});
