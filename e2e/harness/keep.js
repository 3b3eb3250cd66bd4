// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What is written down of a run that failed: everything that anybody knows.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATIENCE, within } from './patience.js';

const TARGET = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../target');

const named = (/** @type {string} */ text) => text.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 100);

export async function forgetEarlierRuns() {
  await rm(TARGET, { recursive: true, force: true });
}

/**
 * Gives the folder, relative to this project.
 *
 * @param {import('./planner.js').Run} run
 * @param {import('./context.js').Context | undefined} context none if its stack did not start
 * @param {unknown} error
 */
export async function keep({ cell, scenario, cast }, context, error) {
  const folder = path.join(TARGET, named(cell.name), named(`${scenario.name} ${cast.join(' ')}`));
  await mkdir(folder, { recursive: true });
  /** @param {string} name @param {() => unknown} give */
  const write = async (name, give) => {
    const content = await within(PATIENCE.keepMs, name, Promise.resolve().then(give)).catch((problem) => `not to be had: ${problem}`);
    if (content !== undefined) {
      const isPlain = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(path.join(folder, name), isPlain ? content : JSON.stringify(content, bigints, 2));
    }
  };
  const stack = context?.stack;
  await Promise.all([
    write('error.txt', () => (error instanceof Error ? `${error.stack}` : String(error))),
    write('seats.json', () => stack?.debug('participants')),
    write('shards.json', () => stack?.debug('shards')),
    ...(stack?.services ?? []).map((service, i) => write(`${named(service.name)}-${i}.log`, () => service.log)),
    ...(context?.participants ?? []).flatMap(({ client, identity, view }, i) => [
      write(`${i}-${identity}.log`, () => client.log.join('')),
      write(`${i}-${identity}-events.json`, () => view.events),
      write(`${i}-${identity}-stats.json`, () => client.call('stats', [])),
      write(`${i}-${identity}.png`, () => client.screenshot()),
    ]),
  ]);
  return path.relative(process.cwd(), folder);
}

/** @param {string} _key @param {unknown} value */
const bigints = (_key, value) => (typeof value === 'bigint' ? Number(value) : value);
