// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Agents: workers that get the jobs of rooms, and agents that come into them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { JobType } from '@livekit/protocol';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { apart, CELLS, STANDALONE } from '../harness/cells.js';
import { until } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';
import { AgentWorker, ScriptedWorker } from '../harness/worker.js';

/** @param {import('../harness/stack.js').Stack | import('../harness/stack.js').Cluster} stack */
const dispatches = (stack) => new AgentDispatchClient(stack.httpUrl, 'devkey', 'secret');

/** Sockets and rooms of all combinations. */
const PLACES = CELLS.filter(({ seats }) => seats === 'scattered');
const AGENT = { needs: ['media', 'data'], casts: [[/** @type {const} */ ('chromium')]], isQuiet: true };

scenario("an agent of the framework's own worker speaks in the room that asks for it, and leaves", { ...AGENT, cells: PLACES }, async ({ join, stack, room }) => {
  const worker = await AgentWorker.start(stack.url, room);
  try {
    const alice = await join('alice', { publish: [] });
    const dispatch = await dispatches(stack).createDispatch(room, room, { metadata: 'tea' });
    const { identity = '' } = await worker.tells('speaking');
    assert.equal((await worker.tells('job')).metadata, 'tea');
    await alice.hears(identity);
    const [{ state }] = (await dispatches(stack).listDispatch(room)).filter(({ id }) => id === dispatch.id);
    assert.equal(state?.jobs[0].state?.participantIdentity, identity);
    await alice.sendData('bye', { to: [identity] });
    await alice.happens('left', { identity });
  } finally {
    await worker.kill();
  }
});

scenario('the job of a worker that is killed with its agent is done by another', { ...AGENT, cells: PLACES.slice(1), slow: true }, async ({ join, stack, room }) => {
  const workers = [await AgentWorker.start(stack.url, room)];
  try {
    const alice = await join('alice', { publish: [] });
    await dispatches(stack).createDispatch(room, room);
    const { identity = '', id } = await workers[0].tells('speaking');
    await alice.hears(identity);
    await workers[0].kill();
    workers.push(await AgentWorker.start(stack.entries[stack.entries.length - 1].httpUrl.replace('http', 'ws'), room));
    assert.equal((await workers[1].tells('speaking')).id, id);
    await alice.hears(identity);
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
});

scenario('jobs of a room reach workers of every type, wherever their sockets end', { needs: ['media'], cells: CELLS, casts: [['node']], isQuiet: true }, async ({ join, stack, room }) => {
  const namespace = room;
  const types = [JobType.JT_ROOM, JobType.JT_PARTICIPANT, JobType.JT_PUBLISHER];
  const workers = await Promise.all(types.map((type, i) => ScriptedWorker.connect(stack.entries[i % stack.entries.length].httpUrl, { type, namespace })));
  try {
    await join('alice', { publish: ['microphone', 'camera'] });
    await until('each has a job', async () => workers.every(({ jobs }) => jobs.length > 0));
    const bob = await join('bob', { publish: [] });
    await until('bob has an agent', async () => workers[1].jobs.length > 1);
    const all = workers.map(({ jobs }) => jobs.filter((job) => job.room?.name === room).map(({ participant }) => participant?.identity));
    assert.deepEqual(all, [[undefined], ['alice', 'bob'], ['alice']]);
    assert.ok(workers.flatMap(({ jobs }) => jobs).every((job) => job.namespace === namespace));
    await bob.leave();
  } finally {
    workers.forEach((worker) => worker.close());
  }
});

scenario('the example of docs/agents.md runs', { cells: [apart(STANDALONE, 'single')], casts: [['node']] }, async ({ stack }) => {
  const [, code = ''] = /```js\n(import \{ AgentDispatchClient[\s\S]*?)```/.exec(await readFile(new URL('../../docs/agents.md', import.meta.url), 'utf8')) ?? [];
  assert.ok(code, 'the document has an example');
  const AsyncFunction = /** @type {FunctionConstructor} */ ((async () => {}).constructor);
  const here = code.replace(/^import.*$/m, '').replace('http://localhost:7880', stack.httpUrl).replace('console.log', 'const jobs = ');
  const jobs = await new AsyncFunction('AgentDispatchClient', `${here} return jobs;`)(AgentDispatchClient);
  assert.deepEqual(jobs, []);
  assert.deepEqual(await stack.api().listRooms(['demo']).then((rooms) => rooms.map(({ name }) => name)), ['demo']);
  await stack.api().deleteRoom('demo');
});
