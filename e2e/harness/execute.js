// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Runs of a plan, several at once where the cores allow.

import os from 'node:os';
import { Context } from './context.js';
import { keep } from './keep.js';
import { PATIENCE, within } from './patience.js';
import { Starved, whereItStops } from './reception.js';

/** Shares of the machine: media is encoded and decoded several times over, data costs little, and a stack that starts wants most of it. */
const OWN_STACK = 3;
const MEDIA = 2;
const DATA = 1;
/** Who sees four others and is seen by them has ten times the streams of a pair: such a room has the machine for itself. */
const CROWD = 5;
const SHARES = Math.max(OWN_STACK, Math.min(16, 2 * os.availableParallelism()));

/** Hands out shares, first come, first served. */
class Shares {
  #free = SHARES;
  /** @type {{count: number, take: () => void}[]} */
  #waiting = [];

  /** @param {number} count */
  async take(count) {
    await new Promise((resolve) => {
      this.#waiting.push({ count, take: () => resolve(undefined) });
      this.#serve();
    });
  }

  /** @param {number} count */
  giveBack(count) {
    this.#free += count;
    this.#serve();
  }

  #serve() {
    while (this.#waiting.length > 0 && this.#waiting[0].count <= this.#free) {
      const [{ count, take }] = this.#waiting.splice(0, 1);
      this.#free -= count;
      take();
    }
  }
}

/** @param {import('./planner.js').Run} run */
function sharesOf({ scenario: { needs, isQuiet }, cell, cast }) {
  const isMedia = needs.includes('media') && !isQuiet;
  if (isMedia && cast.length >= CROWD) {
    return SHARES;
  }
  return !cell.stack.isShared ? OWN_STACK : isMedia ? MEDIA : DATA;
}

/** As many as may wait for shares or use them: enough that the cheapest fill the cores. */
export const AT_ONCE = SHARES / DATA;

export class Executor {
  #shares = new Shares();
  #rooms = 0;
  /** What goes on. @type {Set<import('./planner.js').Run>} */
  running = new Set();
  /** @type {{run: import('./planner.js').Run, ms: number}[]} */
  times = [];

  /** @param {import('./bench.js').Bench} bench @param {{keepsAll: boolean}} options */
  constructor(bench, { keepsAll }) {
    this.bench = bench;
    this.keepsAll = keepsAll;
  }

  /** @param {import('./planner.js').Run} run */
  async execute(run) {
    const count = sharesOf(run);
    await this.#shares.take(count);
    const startedAt = Date.now();
    this.running.add(run);
    try {
      await this.#inStack(run);
    } finally {
      this.times.push({ run, ms: Date.now() - startedAt });
      this.running.delete(run);
      this.#shares.giveBack(count);
    }
  }

  /** @param {import('./planner.js').Run} run */
  async #inStack(run) {
    const source = run.cell.stack;
    /** @type {Context | undefined} */
    let context;
    try {
      const stack = await this.bench.stack(source);
      context = new Context(this.bench, run, stack, `e2e-${++this.#rooms}`);
      await within(PATIENCE.scenarioMs, run.scenario.name, run.scenario.body(context));
      if (this.keepsAll) {
        await keep(run, context, 'passed');
      }
      await context.empty();
      if (!source.isShared && !source.warns) {
        const leftovers = await stack.leftovers();
        if (leftovers.length > 0) {
          throw new Error(`left over:\n${leftovers.join('\n')}`);
        }
      }
    } catch (error) {
      const [what, ...situation] = error.message.split('\n');
      const where = context && error instanceof Starved ? await whatStopped(context, error) : [];
      const folder = await keep(run, context, error);
      await context?.close();
      throw new Error([what, ...where, ...situation, `kept in ${folder}`].join('\n'), { cause: error });
    } finally {
      if (!source.isShared) {
        await context?.stack.stop();
      }
    }
  }
}

/** Right behind the first line, since CI shows the head of an error. @param {Context} context @param {Starved} starved @returns {Promise<string[]>} */
function whatStopped(context, starved) {
  return within(PATIENCE.keepMs, 'where it stops', whereItStops(context, starved)).catch((problem) => [`${problem}`]);
}

/** Where the time went: each scenario with its runs, the dearest first. @param {Executor} executor @param {Map<string, number>} startMs */
export function timeTable({ times }, startMs) {
  const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1).padStart(6);
  /** @type {Map<string, {ms: number, runs: string[]}>} */
  const rows = new Map();
  for (const { run, ms } of times) {
    const row = rows.get(run.scenario.name) ?? { ms: 0, runs: [] };
    row.ms += ms;
    row.runs.push(`${seconds(ms).trim()} ${run.cell.name} ${run.cast.join('+')}`);
    rows.set(run.scenario.name, row);
  }
  const sorted = [...rows].sort(([, a], [, b]) => b.ms - a.ms);
  return [
    'Seconds of each scenario, together and in each run (several go on at once):',
    ...sorted.map(([name, { ms, runs }]) => `${seconds(ms)}  ${name}: ${runs.join('; ')}`),
    ...[...startMs].map(([name, ms]) => `${seconds(ms)}  start of ${name}`),
  ].join('\n');
}
