// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Part of every run (run.js).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AXES, CELLS } from './cells.js';
import { KINDS } from './kinds.js';
import { plan } from './planner.js';

/** @type {import('./kinds.js').KindName[]} */
const ALL = ['chromium', 'firefox', 'node', 'python', 'go'];

/** @param {Partial<import('./scenario.js').Scenario>} options @returns {import('./scenario.js').Scenario} */
const scenario = (options) => ({ name: 'any', needs: ['join'], axes: [...AXES], clients: 'guest', slow: false, isQuiet: false, body: async () => {}, ...options });

describe('planner', () => {
  it('has every pair of values of two axes in some cell', () => {
    for (const one of AXES) {
      for (const other of AXES.filter((axis) => axis !== one)) {
        const pairs = new Set(CELLS.map((cell) => `${cell[one]}, ${cell[other]}`));
        assert.equal(pairs.size, 4, `${one} and ${other}`);
      }
    }
  });

  it('gives a scenario two cells that differ in what it depends on, and all cells their share', () => {
    const runs = plan(Array.from({ length: 60 }, (_, i) => scenario({ name: `${i}`, axes: ['process', 'shape'] })), { kinds: ALL });
    assert.equal(runs.length, 120);
    for (let i = 0; i < runs.length; i += 2) {
      assert.notEqual(runs[i].cell.process, runs[i + 1].cell.process);
      assert.notEqual(runs[i].cell.shape, runs[i + 1].cell.shape);
    }
    for (const cell of CELLS) {
      assert.equal(runs.filter((run) => run.cell === cell).length, 30, cell.name);
    }
    for (const kind of ALL) {
      assert.ok(runs.filter(({ cast }) => cast.includes(kind)).length >= 10, kind);
    }
  });

  it('runs what depends on no axis once, and in every cell if asked for all', () => {
    assert.equal(plan([scenario({ axes: [] })], { kinds: ALL }).length, 1);
    assert.equal(new Set(plan([scenario({ axes: [] })], { kinds: ALL, long: true }).map(({ cell }) => cell.name)).size, 8);
    assert.deepEqual(plan([scenario({ slow: true })], { kinds: ALL, quick: true }), []);
  });

  it('lets every kind that can play, in shapes that it has, and no other', () => {
    const runs = plan([scenario({ needs: ['join', 'mute'], clients: 'every' })], { kinds: ALL });
    const kinds = new Set(runs.flatMap(({ cast }) => cast));
    assert.deepEqual([...kinds].sort(), ALL.filter((kind) => KINDS[kind].capabilities.includes('mute')).sort());
    const guests = runs.flatMap(({ cast }) => cast.filter((kind) => kind !== 'chromium'));
    assert.deepEqual(guests.sort(), [...kinds].filter((kind) => kind !== 'chromium').sort(), 'each once');
    const everywhere = plan([scenario({ needs: ['join', 'mute'], clients: 'everywhere' })], { kinds: ALL });
    assert.ok(everywhere.length > runs.length);
    for (const { cast, cell } of plan([scenario({})], { kinds: ['chromium', 'node'] })) {
      assert.ok(!cast.includes('node') || cell.shape === 'single');
    }
  });

  it('fails on a scenario that runs nowhere', () => {
    assert.throws(() => plan([scenario({ name: 'nobody', needs: ['telepathy'] })], { kinds: ALL }), /'nobody' runs nowhere/);
    assert.throws(() => plan([scenario({ casts: [['go']] })], { kinds: ['chromium'] }), /runs nowhere/);
  });
});
