// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/agents.js [rooms] [standalone|cluster] [workers]: that many rooms are created at once, again and again, and a scripted
// worker takes each job at once; how long it takes to the JobAssignment, from the room's start and from sending its CreateRoom.

import { Agent, request } from 'node:http';
import { CreateRoomRequest, DeleteRoomRequest } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { until } from '../harness/patience.js';
import { ScriptedWorker } from '../harness/worker.js';
import { Visit } from './visit.js';

const WARM_UP_ROUNDS = 200;
const ROUNDS = 50;

const rooms = Number(process.argv[2] ?? 100);
const visit = await Visit.start(process.argv[3] ?? 'standalone');
const entries = visit.stack.entries;
const count = Number(process.argv[4] ?? 1);
const workers = await Promise.all(Array.from({ length: count }, (_, i) => ScriptedWorker.connect(entries[i % entries.length].httpUrl)));

// The SDK's client mints a token for each call, which takes longer than what is measured.
const token = new AccessToken('devkey', 'secret', { ttl: '1h' });
token.addGrant({ roomCreate: true });
const headers = { authorization: `Bearer ${await token.toJwt()}`, 'content-type': 'application/protobuf' };
const agent = new Agent({ keepAlive: true });

/** @param {number} i @param {string} method @param {Uint8Array} body @returns {Promise<void>} */
function call(i, method, body) {
  return new Promise((resolve, reject) => {
    const url = `${entries[i % entries.length].httpUrl.replace('localhost', '127.0.0.1')}/twirp/livekit.RoomService/${method}`;
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${method}: ${response.statusCode}`))));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** @type {Map<string, number>} */
const sentAt = new Map();
/** Rooms that have their agent. @type {Set<string>} */
const served = new Set();
/** Milliseconds from sending CreateRoom to its answer, and to the assignment; and from the room's start to that. */
const took = { answer: /** @type {number[]} */ ([]), assignment: /** @type {number[]} */ ([]), sinceStart: /** @type {number[]} */ ([]) };
for (const worker of workers) {
  worker.onAssigned = (job) => {
    const name = job.room?.name ?? '';
    took.assignment.push(performance.now() - (sentAt.get(name) ?? NaN));
    took.sinceStart.push(Date.now() - Number(job.room?.creationTimeMs));
    served.add(name);
  };
}

/** @param {number[]} values */
function percentiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const percentile = (/** @type {number} */ p) => sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))].toFixed(1);
  return `p50 ${percentile(50)} ms, p99 ${percentile(99)} ms`;
}

/** @param {number} round */
async function measure(round) {
  served.clear();
  const names = Array.from({ length: rooms }, (_, i) => `${round}-${i}`);
  await Promise.all(
    names.map((name, i) => {
      const body = new CreateRoomRequest({ name }).toBinary();
      sentAt.set(name, performance.now());
      return call(i, 'CreateRoom', body).then(() => took.answer.push(performance.now() - (sentAt.get(name) ?? NaN)));
    }),
  );
  await until('every room has its agent', async () => served.size === rooms);
  await Promise.all(names.map((name, i) => call(i, 'DeleteRoom', new DeleteRoomRequest({ room: name }).toBinary())));
}

/** @param {string} what @param {number} rounds @param {number} from */
async function measureRounds(what, rounds, from) {
  Object.values(took).forEach((values) => values.splice(0));
  for (let round = from; round < from + rounds; round++) {
    await measure(round);
  }
  console.log(`${what}, ${rounds} times ${rooms} rooms at once: assignments ${percentiles(took.sinceStart)} after the room's start, ${percentiles(took.assignment)} after CreateRoom was sent, whose answers took ${percentiles(took.answer)}`);
}

await measureRounds('cold', 5, 0);
await measureRounds('warming up', WARM_UP_ROUNDS, 5);
await measureRounds('warm', ROUNDS, 5 + WARM_UP_ROUNDS);
await visit.stop();
