// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Decides which scenario runs in which cells with which clients, evenly, and the same way every time.

import { CELLS, OTHER_CELLS } from './cells.js';
import { can, KINDS } from './kinds.js';

/**
 * @typedef {import('./scenario.js').Scenario} Scenario
 * @typedef {import('./cells.js').Cell} Cell
 * @typedef {import('./kinds.js').KindName} KindName
 *
 * @typedef {object} Run
 * @property {Scenario} scenario
 * @property {Cell} cell
 * @property {KindName[]} cast
 * @property {string} title
 *
 * @typedef {object} Selection
 * @property {KindName[]} kinds that this machine has
 * @property {boolean} [quick] each scenario once, and no slow ones
 * @property {boolean} [long] in every cell, with every kind in every place
 * @property {RegExp} [match] names
 * @property {string[]} [on] what a cell's name has to have, all of it
 * @property {KindName[]} [sdk] kinds of which one has to be in it
 */

const PAIRS = CELLS.flatMap((cell, i) => CELLS.slice(i + 1).map((other) => [cell, other]));

/** Takes turns: the one that was taken least often so far, of those that fit. */
class Turns {
  /** @type {Map<unknown, number>} */
  #taken = new Map();

  /** @template T @param {T[]} candidates @returns {T} */
  next(candidates) {
    const [first] = [...candidates].sort((a, b) => this.count(a) - this.count(b));
    this.#taken.set(first, this.count(first) + 1);
    return first;
  }

  /** @param {unknown} candidate */
  count(candidate) {
    return this.#taken.get(candidate) ?? 0;
  }
}

/** @param {Scenario[]} scenarios @param {Selection} selection @returns {Run[]} */
export function plan(scenarios, selection) {
  const turns = { pairs: new Turns(), cells: new Turns(), guests: new Turns(), guestsCells: new Turns(), places: new Turns() };
  const runs = scenarios.flatMap((each) => {
    const runsOfIt = runsOf(each, selection, turns);
    if (runsOfIt.length === 0) {
      throw new Error(`'${each.name}' runs nowhere: no kind of client has all of ${each.needs.join(', ')}`);
    }
    return selection.quick ? runsOfIt.slice(0, each.slow ? 0 : 1) : runsOfIt;
  });
  return runs.filter((run) => isSelected(run, selection));
}

/** @param {Run} run @param {Selection} selection */
function isSelected({ scenario, cell, cast }, { match, on = [], sdk = [] }) {
  return (
    (!match || match.test(scenario.name)) &&
    on.every((value) => cell.name.includes(value)) &&
    (sdk.length === 0 || sdk.some((kind) => cast.includes(kind)))
  );
}

/** @param {Scenario} scenario @param {Selection} selection @param {Record<'pairs' | 'cells' | 'guests' | 'guestsCells' | 'places', Turns>} turns */
function runsOf(scenario, { kinds, long = false }, turns) {
  const cells = long && !scenario.cells ? [...CELLS, ...OTHER_CELLS] : cellsOf(scenario, turns);
  const able = kinds.filter((kind) => can(kind, scenario.needs));
  if (scenario.casts) {
    const casts = scenario.casts.map((cast) => cast.filter((kind) => kinds.includes(kind))).filter((cast) => cast.length > 0);
    const inAll = long || scenario.cells || casts.length < cells.length;
    return cells.flatMap((cell, i) => casts.filter((_, n) => inAll || n % cells.length === i).map((cast) => runOf(scenario, cell, cast)));
  }
  if (able.length === 0) {
    return [];
  }
  const [home, ...guests] = able; // Chromium, where it can
  const runs = cells.slice(0, 1).map((cell) => runOf(scenario, cell, [home]));
  if (long) {
    return cells.flatMap((cell) => [runOf(scenario, cell, [home]), ...guests.flatMap((guest) => places(guest, home, cell).map((cast) => runOf(scenario, cell, cast)))]);
  }
  const isEvery = scenario.clients !== 'guest';
  for (const guest of isEvery ? guests : []) {
    const fitting = cells.filter(({ shape }) => KINDS[guest].shapes.includes(shape));
    const taken = scenario.clients === 'everywhere' ? fitting : fitting.length === 0 ? [] : [turns.guestsCells.next(fitting)];
    runs.push(...taken.map((cell, i) => runOf(scenario, cell, taking(places(guest, home, cell), turns.places.count(guest) + i))));
    turns.places.next([guest]);
  }
  for (const cell of cells.slice(1)) {
    const fitting = guests.filter((guest) => KINDS[guest].shapes.includes(cell.shape));
    if (isEvery || fitting.length === 0) {
      runs.push(runOf(scenario, cell, [home]));
    } else {
      const guest = turns.guests.next(fitting);
      turns.places.next([guest]);
      runs.push(runOf(scenario, cell, taking(places(guest, home, cell), turns.places.count(guest))));
    }
  }
  return runs;
}

/** Who may join first, and who then. @param {KindName} guest @param {KindName} home @param {Cell} cell @returns {KindName[][]} */
function places(guest, home, { shape }) {
  const first = [guest, home];
  return KINDS[guest].joinsFirst?.includes(shape) ? [first] : [first, [home, guest]];
}

/** @param {KindName[][]} casts @param {number} turn */
const taking = (casts, turn) => casts[turn % casts.length];

/** @param {Scenario} scenario @param {{pairs: Turns, cells: Turns}} turns @returns {Cell[]} */
function cellsOf({ axes, cells, slow }, turns) {
  if (cells) {
    return cells;
  }
  if (axes.length === 0 || slow) {
    return [turns.cells.next(CELLS)];
  }
  // No two of the cells differ in all three axes: as many as can be.
  const differing = PAIRS.map(([one, other]) => axes.filter((axis) => one[axis] !== other[axis]).length);
  const most = Math.max(...differing);
  return turns.pairs.next(PAIRS.filter((_, i) => differing[i] === most));
}

/** @param {Scenario} scenario @param {Cell} cell @param {KindName[]} cast @returns {Run} */
function runOf(scenario, cell, cast) {
  return { scenario, cell, cast, title: `${scenario.name} [${cell.name}; ${cast.join(' + ')}]` };
}

/** Scenarios down, cells across: who runs there, each cast by the first letters of its kinds. @param {Run[]} runs */
export function matrix(runs) {
  const columns = [...new Set(runs.map(({ cell }) => cell.name))].sort();
  const names = [...new Set(runs.map(({ scenario }) => scenario.name))];
  const casts = (/** @type {string} */ name, /** @type {string} */ column) =>
    runs.filter(({ scenario, cell }) => scenario.name === name && cell.name === column).map(({ cast }) => cast.map((kind) => kind[0].toUpperCase()).join('')).join(' ');
  const used = (/** @type {string} */ name) => columns.map((column, i) => [i, casts(name, column)]).filter(([, who]) => who !== '');
  return [
    'Where what runs, and with whom: Chromium, Firefox, Node, Python, Go, in the order in which they join.',
    ...columns.map((column, i) => `  ${String(i + 1).padStart(2)} ${column}`),
    ...names.map((name) => `  ${name}: ${used(name).map(([i, who]) => `(${Number(i) + 1}) ${who}`).join(', ')}`),
  ].join('\n');
}
