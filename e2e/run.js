// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node run.js [options]: scenarios with real browsers and SDKs, reported by node:test.
//
//   --quick        each scenario once, and no slow ones
//   --long         every scenario in every cell with every kind of client in every place
//   --match TEXT   those whose names match this regular expression
//   --on A,B       those whose cells' names have all of these: standalone, cluster, one shard, scattered, single, dual, …
//   --sdk A,B      those with one of these kinds of clients: chromium, firefox, node, python, go
//   --keep         logs, dumps and pictures of what passed are kept as well as those of what failed, in target/
//   --list         only says what would run
//
// PARLEY_PATIENCE=3 gives everything three times the time.

import { readdir } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { parseArgs } from 'node:util';
import assert from 'node:assert/strict';
import { Bench } from './harness/bench.js';
import { AT_ONCE, Executor, timeTable } from './harness/execute.js';
import { forgetEarlierRuns } from './harness/keep.js';
import { KINDS, kindsHere } from './harness/kinds.js';
import { PATIENCE } from './harness/patience.js';
import { matrix, plan } from './harness/planner.js';
import './harness/planner.test.js';
import './harness/reception.test.js';
import { SCENARIOS } from './harness/scenario.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    match: { type: 'string' },
    on: { type: 'string' },
    sdk: { type: 'string' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

for (const file of (await readdir(new URL('scenarios', import.meta.url))).sort()) {
  await import(`./scenarios/${file}`);
}

const kinds = kindsHere();
const list = (/** @type {string | undefined} */ text) => text?.split(',').map((value) => value.trim());
const runs = plan(SCENARIOS, {
  kinds,
  quick: options.quick,
  long: options.long,
  match: options.match === undefined ? undefined : new RegExp(options.match),
  on: list(options.on),
  sdk: /** @type {import('./harness/kinds.js').KindName[] | undefined} */ (list(options.sdk)),
});
assert.ok(runs.length > 0, 'nothing matches');
console.log(matrix(runs));
for (const missing of Object.keys(KINDS).filter((kind) => !kinds.some((each) => each === kind))) {
  console.log(`\n!!! THIS MACHINE HAS NO CLIENT OF THE KIND ${missing.toUpperCase()}: what only it can show DOES NOT RUN !!!\n`);
}
if (options.list) {
  process.exit(0);
}

await forgetEarlierRuns();
const bench = new Bench();
const executor = new Executor(bench, { keepsAll: options.keep });

setTimeout(() => {
  console.error(`not done after ${PATIENCE.runMs / 60_000} min; going on: ${[...executor.running].map((run) => run.title).join(', ') || 'nothing'}`);
  process.exit(1);
}, PATIENCE.runMs).unref();

/** Those that wait long, or start a stack, first: others go on beside them. @param {import('./harness/planner.js').Run} run */
const order = ({ scenario, cell }) => (scenario.slow ? 0 : cell.stack.isShared ? 2 : 1);

describe('scenarios', { concurrency: AT_ONCE }, () => {
  for (const run of [...runs].sort((a, b) => order(a) - order(b))) {
    it(run.title, { todo: run.scenario.todo }, () => executor.execute(run));
  }
});

describe('afterwards', () => {
  const shared = new Set(runs.map(({ cell }) => cell.stack).filter((stack) => stack.isShared));
  for (const source of shared) {
    it(`${source.name}: nothing is left over, and nothing was worth a warning`, async () => {
      const stack = await bench.stack(source);
      assert.deepEqual(await stack.leftovers(), []);
    });
  }
  after(async () => {
    await bench.stop();
    console.log(timeTable(executor, bench.startMs));
  });
});
