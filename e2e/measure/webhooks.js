// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/webhooks.js [rooms [at a time]]: rooms that are made and deleted by the room API, so many at a time, and what a receiver on this
// machine hears of them: events a second, and the time from a call's beginning to its event's arrival. In a standalone process of its own,
// whose store is in memory; over Redis, without the rooms: `./parley test webhook-dispatcher WebhookThroughput`.

import { createServer } from 'node:http';
import { freePort } from '../harness/service.js';
import { Stack } from '../harness/stack.js';

const [rooms, concurrency] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 16)];

/** When the call began that an event tells of, by "event room". @type {Map<string, number>} */
const begun = new Map();
/** @type {number[]} */
const tookMs = [];
/** Of each room, what came. @type {Map<string, string[]>} */
const heard = new Map();

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    response.end();
    const { event, room } = JSON.parse(body);
    tookMs.push(performance.now() - (begun.get(`${event} ${room.name}`) ?? NaN));
    heard.set(room.name, [...(heard.get(room.name) ?? []), event]);
  });
});
const port = await freePort();
server.listen(port, '127.0.0.1');

const stack = await Stack.start({ 'parley.webhook.endpoints[0].url': `http://127.0.0.1:${port}/` });
const api = stack.api();

/** @param {string} prefix @param {number} count */
async function round(prefix, count) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const name = `${prefix}-${next++}`;
      begun.set(`room_started ${name}`, performance.now());
      await api.createRoom({ name });
      begun.set(`room_finished ${name}`, performance.now());
      await api.deleteRoom(name);
    }
  };
  tookMs.length = 0;
  heard.clear();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  while (tookMs.length < 2 * count && performance.now() - startedAt < 120_000) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const inOrder = [...heard.values()].filter((events) => `${events}` === 'room_started,room_finished').length;
  tookMs.sort((a, b) => a - b);
  const percentile = (/** @type {number} */ p) => tookMs[Math.floor((tookMs.length - 1) * p)].toFixed(1);
  return `${tookMs.length} events of ${count} rooms, ${inOrder} rooms in order, ${Math.round(tookMs.length / seconds)} events/s, p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`;
}

await round('warm', 200);
console.log(await round('room', rooms));
await stack.stop();
process.exit(0);
