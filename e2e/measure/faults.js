// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// ./parley faults, or node measure/faults.js [options]: what every fault of docs/reliability.md does to calls and their webhooks, a line of its
// table for each. Calls are of two Go SDK participants who send each other an Opus packet each 60 ms; beside them a room is made and deleted each
// second, so that there is always something to tell. One suite for all: two of each service, Redis and Kafka, on this machine.
//
//   --calls N      how many calls go on (50)
//   --minutes M    how long is "10 minutes"; shorter ones are so much shorter, too (10)
//   --match TEXT   faults whose names match this regular expression

import { parseArgs } from 'node:util';
import { Balancer } from '../harness/balancer.js';
import { sleep, until } from '../harness/patience.js';
import { ownerOf, Receiver } from '../harness/receiver.js';
import { freePort } from '../harness/service.js';
import { Cluster } from '../harness/stack.js';
import { Crowd } from './faults/crowd.js';
import { account } from './faults/ledger.js';

const { values: options } = parseArgs({
  options: { calls: { type: 'string', default: '50' }, minutes: { type: 'string', default: '10' }, match: { type: 'string', default: '' } },
});
const CALLS = Number(options.calls);
const SCALE = Number(options.minutes) / 10;
const TEN = 600_000 * SCALE;
const TWO = 120_000 * SCALE;
/** What is not whole by then never will be. */
const WHOLE_MS = 120_000 + TEN;
/** The same of a webhook: longer than any delay between two attempts, and than Kafka takes to hand on what a dead reader had. */
const EVENTS_MS = 90_000 + TEN;
const INTERRUPTED_MS = 1_000;
/** What is whole for so long is. */
const STAYS_MS = 5_000;

const duration = (/** @type {number} */ ms) => (ms >= 60_000 ? `${+(ms / 60_000).toFixed(1)} min` : ms >= 10_000 ? `${Math.round(ms / 1000)} s` : `${+(ms / 1000).toFixed(1)} s`);

/** Rooms that are made and deleted, one each second. */
class Churn {
  /** @type {string[]} */
  made = [];
  refused = 0;
  #isOn = true;

  /** @param {Balancer} entry @param {string} prefix */
  constructor(entry, prefix) {
    this.done = this.#go(entry, prefix);
  }

  /** @param {Balancer} entry @param {string} prefix */
  async #go(entry, prefix) {
    for (let i = 0; this.#isOn; i++) {
      const name = `${prefix}-room-${i}`;
      try {
        await world.stack.api(/** @type {any} */ (entry)).createRoom({ name });
        this.made.push(name);
        await this.#delete(entry, name);
      } catch {
        this.refused++;
      }
      await sleep(1_000);
    }
  }

  /** It is there, and so it has to end. @param {Balancer} entry @param {string} name */
  async #delete(entry, name) {
    await until(`${name} is deleted`, () => world.stack.api(/** @type {any} */ (entry)).deleteRoom(name).then(() => true, () => false), WHOLE_MS);
  }

  async stop() {
    this.#isOn = false;
    await this.done;
  }
}

/** @typedef {{stack: Cluster, receiver: Receiver, entry: Balancer, cut: Balancer}} World */

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {() => Promise<number>} happens gives when it was over, so that all could be whole again: milliseconds since 1970
 * @property {() => Promise<unknown>} [afterwards] what is put right when all is whole
 */

const killed = async (/** @type {import('../harness/service.js').Service | undefined} */ service) => {
  await service?.stop('SIGKILL');
  return Date.now();
};

/** @param {(request: import('../harness/receiver.js').Request) => number | Promise<number>} answer */
async function receiverAnswers(answer) {
  world.receiver.answer = answer;
  await sleep(TEN);
  world.receiver.answer = () => 200;
  return Date.now();
}

/** @type {Fault[]} */
const FAULTS = [
  {
    name: 'room-service killed, with every client on it',
    happens: () => killed(world.stack.entries[0]),
    afterwards: () => world.stack.startAgain(world.stack.entries[0]),
  },
  {
    name: 'sfu-node killed',
    happens: () => killed(world.stack.nodes[0]),
    afterwards: () => world.stack.startAgain(world.stack.nodes[0]),
  },
  {
    name: 'webhook-dispatcher killed in the middle of a delivery',
    async happens() {
      /** @type {import('../harness/service.js').Service | undefined} */
      let victim;
      world.receiver.answer = async (request) => {
        if (!victim) {
          victim = await ownerOf(request.fromPort, world.stack.dispatchers);
          await killed(victim);
        }
        return 200;
      };
      await until('a dispatcher is dead', () => victim && !victim.isRunning);
      return Date.now();
    },
    afterwards: () => Promise.all(world.stack.dispatchers.filter(({ isRunning }) => !isRunning).map((each) => world.stack.startAgain(each))),
  },
  {
    name: 'Redis killed, and started again',
    async happens() {
      await killed(world.stack.redis);
      await world.stack.startRedis();
      return Date.now();
    },
  },
  {
    name: 'Kafka killed, and started again',
    async happens() {
      await killed(world.stack.kafka?.service);
      await world.stack.kafka?.startAgain();
      return Date.now();
    },
  },
  ...[TWO, TEN].map((ms) => ({
    name: `Redis gone for ${duration(ms)}`,
    async happens() {
      await killed(world.stack.redis);
      await sleep(ms);
      await world.stack.startRedis();
      return Date.now();
    },
  })),
  {
    name: `Kafka gone for ${duration(TEN)}`,
    async happens() {
      await killed(world.stack.kafka?.service);
      await sleep(TEN);
      await world.stack.kafka?.startAgain();
      return Date.now();
    },
  },
  {
    name: `receiver down for ${duration(TEN)}`,
    async happens() {
      await world.receiver.stop();
      await sleep(TEN);
      await world.receiver.listen();
      return Date.now();
    },
  },
  { name: `receiver slow for ${duration(TEN)}: an answer takes 5 s`, happens: () => receiverAnswers(() => sleep(5_000).then(() => 200)) },
  { name: `receiver answers 500 for ${duration(TEN)}`, happens: () => receiverAnswers(() => 500) },
  { name: `receiver hangs for ${duration(TEN)}: no answer at all`, happens: () => receiverAnswers(() => new Promise(() => {})) },
  {
    name: `a node cut off from Redis for ${duration(TWO)}`,
    async happens() {
      world.cut.cut();
      await sleep(TWO);
      world.cut.mend();
      return Date.now();
    },
  },
  {
    name: `a node that stands still for ${duration(TWO)}, while others take its rooms`,
    async happens() {
      const { child } = world.stack.nodes[0];
      child.kill('SIGSTOP');
      const at = Date.now();
      await sleep(TWO);
      child.kill('SIGCONT');
      return at;
    },
  },
];

/** Since when all calls go on and all services are ready, once that has held for a while. @param {Crowd} crowd @param {number} from */
async function wholeSince(crowd, from) {
  let since = from;
  await until('all calls go on, and all services are ready', async () => {
    if (!((await crowd.isWhole()) && (await isReady()))) {
      since = Date.now();
    }
    return Date.now() - since > STAYS_MS;
  }, WHOLE_MS);
  return since;
}

async function isReady() {
  const probes = await Promise.all(world.stack.services.filter(({ isRunning }) => isRunning).map(({ managementUrl }) => fetch(`${managementUrl}/readyz`).then(({ ok }) => ok, () => false)));
  return probes.every(Boolean);
}

/** @param {Fault} fault @param {number} n */
async function measure({ name, happens, afterwards }, n) {
  const rooms = Array.from({ length: CALLS }, (_, i) => `fault-${n}-call-${i}`);
  const crowd = await Crowd.start(world.entry.httpUrl, rooms);
  const churn = new Churn(world.entry, `fault-${n}`);
  await sleep(2_000);
  const overAt = await happens();
  const wholeMs = (await wholeSince(crowd, overAt)) - overAt;
  await afterwards?.();
  await churn.stop();
  const callers = await crowd.tell();
  await crowd.leave();
  for (const room of rooms) {
    await world.stack.api(/** @type {any} */ (world.entry)).deleteRoom(room).catch(() => {}); // it may have ended by itself
  }
  const ofIt = () => world.receiver.got.filter(({ event }) => event.room?.name.startsWith(`fault-${n}-`));
  const accounted = () => account(ofIt(), callers, churn.made, overAt);
  await until('all webhooks have come', () => accounted().lost.length === 0, EVENTS_MS).catch((error) => console.error(error.message));
  const events = accounted();
  world.receiver.answer = () => 200;
  const calls = (/** @type {(caller: import('./faults/crowd.js').Caller) => boolean} */ of) => new Set(callers.filter(of).map(({ room }) => room)).size;
  const row = [
    name,
    `${calls(({ cut }) => cut !== '')} cut, ${calls(({ sids }) => sids.length > 1)} joined again, ${calls(({ resumed }) => resumed > 0)} resumed, ${calls(({ gapMs }) => gapMs > INTERRUPTED_MS)} heard nothing for over a second`,
    `${(Math.max(...callers.map(({ gapMs }) => gapMs)) / 1000).toFixed(1)} s`,
    `${churn.made.length} made, ${churn.refused} refused`,
    `${events.expected}`,
    `${events.received}`,
    `${events.lost.length}`,
    `${events.again}`,
    `${events.outOfOrder}`,
    duration(wholeMs),
    duration(events.waitMs),
  ];
  console.log(`| ${row.join(' | ')} |`);
  for (const [what, wrong] of Object.entries({ lost: events.lost, unpaired: events.unpaired, 'told under another id': events.anew })) {
    if (Array.isArray(wrong) ? wrong.length > 0 : wrong > 0) {
      console.log(`  !!! ${what}: ${wrong}`);
    }
  }
  return events.lost.length + events.outOfOrder + events.unpaired + events.anew + calls(({ cut }) => cut !== '');
}

/** @returns {Promise<World>} */
async function start() {
  const receiver = await Receiver.start();
  const stack = new Cluster();
  stack.redisPort = await freePort();
  const cut = await Balancer.start([stack.redisPort]);
  const dispatcher = { 'parley.webhook.endpoints[0].url': `http://127.0.0.1:${receiver.port}/` };
  const anyLoad = { 'parley.node-selector.cpu-load-limit': 1 };
  await stack.start([{ 'parley.cluster.redis-url': `redis://127.0.0.1:${new URL(cut.httpUrl).port}` }, {}], [anyLoad, anyLoad], [dispatcher, dispatcher]);
  const entry = await Balancer.start(stack.entries.map(({ httpUrl }) => Number(new URL(httpUrl).port)));
  return { receiver, stack, cut, entry };
}

const faults = FAULTS.filter(({ name }) => new RegExp(options.match).test(name));
const world = await start();
console.log(`${CALLS} calls of two, "10 minutes" are ${duration(TEN)}`);
console.log('| fault | calls | longest silence | rooms meanwhile | webhooks expected | received | lost | again | out of order | all whole after | a webhook waited |');
console.log('|---|---|---|---|---|---|---|---|---|---|---|');
let broken = 0;
for (const [n, fault] of faults.entries()) {
  broken += await measure(fault, n).catch((error) => {
    console.log(`| ${fault.name} | failed: ${error.message} |`);
    return 1;
  });
}
await world.stack.stop();
process.exit(broken > 0 ? 1 : 0);
