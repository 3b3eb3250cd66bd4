// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The commands of docs/services.md: their options are used as they stand, and the ports that they leave to defaults are those that the
// document says. Only Redis is on a port of our own, and everything is moved by the same distance, so that a suite that runs here is not
// in the way.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { apart, own } from '../harness/cells.js';
import { scenario } from '../harness/scenario.js';
import { isFree } from '../harness/service.js';
import { Cluster } from '../harness/stack.js';

/** What each service listens on if nothing else is said, as the document's table has it. */
const DEFAULT_PORTS = {
  'sfu-node': { 'server.port': 7990, 'parley.rtc.udp-port': 7882, 'parley.node.link-port': 7900 },
  'room-service': { 'server.port': 7880, 'management.server.port': 7980 },
};
/** Between the second node's media ports and the first's. */
const SHARDS = { 'parley.rtc.shards': 2 };

const TEXT = await readFile(new URL('../../docs/services.md', import.meta.url), 'utf8');
const [REDIS, ...COMMANDS] = (/```sh\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? '').trim().split('\n');

/** @typedef {keyof typeof DEFAULT_PORTS} ServiceName */

/** @param {string} command @param {number} moved */
function parsed(command, moved) {
  const [parley, name, ...options] = command.split(' ');
  assert.equal(parley, './parley');
  const given = Object.fromEntries(options.map((option) => option.replace('--', '').split('=')));
  const ports = { ...DEFAULT_PORTS[/** @type {ServiceName} */ (name)], ...given };
  const isPort = (/** @type {string} */ key) => key.endsWith('-port') || key.endsWith('.port');
  const settings = Object.fromEntries(Object.entries(ports).map(([key, value]) => [key, isPort(key) ? Number(value) + moved : value]));
  return { name: /** @type {ServiceName} */ (name), settings };
}

/** How far the documented ports have to be moved until all of them are free. They are never where they were: 7880 is the Go SDK's tests'. */
async function distance() {
  for (let moved = 1_000; moved < 40_000; moved += 1_000) {
    const ports = COMMANDS.flatMap((command) => Object.entries(parsed(command, moved).settings)).flatMap(([, value]) => (typeof value === 'number' ? [value] : []));
    assert.equal(new Set(ports).size, ports.length, 'no two of the documented ports are the same');
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
      return moved;
    }
  }
  throw new Error('no free ports');
}

const DOCUMENTED = own('docs/services.md', async () => {
  assert.equal(REDIS, 'redis-server');
  const moved = await distance();
  const cluster = await Cluster.start([], []);
  for (const command of COMMANDS) {
    const { name, settings } = parsed(command, moved);
    await (name === 'sfu-node' ? cluster.startNode({ ...SHARDS, ...settings }) : cluster.startRoomService(settings));
  }
  return cluster;
});

scenario('the commands of docs/services.md start a suite that a browser can meet in', { needs: ['media'], slow: true, cells: [apart(DOCUMENTED, 'single', 'cluster')], casts: [['chromium']] }, async ({ join, stack }) => {
  assert.equal(stack.nodes.length, 2);
  await join('alice');
  const bob = await join('bob', { publish: [] });
  await bob.seesAndHears('alice');
});
