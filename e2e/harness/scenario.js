// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Scenarios are data: what they need and depend on, and what happens. The planner decides where they run, and with which clients.

/**
 * @typedef {import('./kinds.js').KindName} KindName
 * @typedef {import('./cells.js').Cell} Cell
 * @typedef {(typeof import('./cells.js').AXES)[number]} Axis
 *
 * @typedef {object} ScenarioOptions
 * @property {string[]} [needs] capabilities that every client in it has to have (verbs.js); 'join' goes without saying
 * @property {Axis[]} [axes] what its outcome may depend on, by default all: it runs in two cells that differ in these. None: once
 * @property {Cell[]} [cells] where it runs instead
 * @property {'guest' | 'every' | 'everywhere'} [clients] all in Chromium in its first cell; beside that, one other kind as a guest, by
 *     turns (the default), or every other kind, first and second to join by turns: in one of its cells by turns, or in all of them
 * @property {KindName[][]} [casts] who joins first, second, … and from the start again, instead of what `clients` says; in its cells by turns where there are
 *     enough for all of them
 * @property {boolean} [slow] left out of quick runs, and in one cell only
 * @property {string} [todo] why it fails today, and does not count
 * @property {boolean} [isQuiet] whether it costs next to nothing, though it needs media
 *
 * @typedef {'cells' | 'casts' | 'todo'} Left out by most
 * @typedef {Required<Omit<ScenarioOptions, Left>> & Pick<ScenarioOptions, Left>
 *     & {name: string, body: (context: import('./context.js').Context) => Promise<void>}} Scenario
 */

/** @type {Scenario[]} */
export const SCENARIOS = [];

/**
 * @param {string} name a sentence that is true if it passes
 * @param {ScenarioOptions} options
 * @param {Scenario['body']} body
 */
export function scenario(name, options, body) {
  SCENARIOS.push({
    name,
    axes: ['process', 'seats', 'shape'],
    clients: 'guest',
    slow: false,
    isQuiet: false,
    ...options,
    needs: ['join', ...(options.needs ?? [])],
    body,
  });
}
