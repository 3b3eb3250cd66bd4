// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a scenario is handed in each of its runs.

import { KINDS } from './kinds.js';
import { Participant } from './participant.js';
import { PATIENCE, until, within } from './patience.js';
import { assertPlaced } from './placement.js';

const SOURCES = ['camera', 'microphone'];

/**
 * @typedef {import('./kinds.js').KindName} KindName
 *
 * @typedef {object} JoinOptions
 * @property {string[]} [publish] sources, by default both if the scenario needs media
 * @property {object} [camera] how: {device, simulcast, width, height, codec}
 * @property {boolean} [autoSubscribe]
 * @property {object} [grant] beside the usual ones
 * @property {string} [room]
 * @property {KindName} [kind]
 * @property {import('./client.js').Client} [client]
 * @property {{httpUrl: string}} [entry] by which to come in
 * @property {boolean} [placed] whether it is asserted to be where the cell says
 */

export class Context {
  /** @type {Participant[]} */
  participants = [];

  /**
   * @param {import('./bench.js').Bench} bench
   * @param {import('./planner.js').Run} run
   * @param {import('./stack.js').Stack | import('./stack.js').Cluster} stack
   * @param {string} room a name that no other run has
   */
  constructor(bench, run, stack, room) {
    this.bench = bench;
    this.run = run;
    this.cell = run.cell;
    this.stack = stack;
    this.room = room;
    this.join = this.join.bind(this);
    this.open = this.open.bind(this);
    this.joinAll = this.joinAll.bind(this);
  }

  /** The room API, entered where the rooms of this cell are made. */
  get api() {
    return this.stack.api(this.#entry(0));
  }

  /** Clients of a cluster come in by one room-service and the other; the first has the room made where the cell wants it. */
  #entry(/** @type {number} */ n) {
    const { entries } = this.stack;
    const first = this.cell.seats === 'scattered' ? entries.length - 1 : 0;
    return entries[(first + n) % entries.length];
  }

  /** A client that has not joined, of the next kind in the cast unless one is named. */
  async open(identity = 'nobody', kind = this.run.cast[this.participants.length % this.run.cast.length]) {
    return this.#adopt(await this.bench.open(kind), identity);
  }

  /** @param {import('./client.js').Client} client @param {string} identity */
  #adopt(client, identity) {
    const participant = new Participant(client, identity, this.run.scenario.needs);
    this.participants.push(participant);
    return participant;
  }

  /** @param {string} identity @param {JoinOptions} options */
  async join(identity, { publish, camera = {}, autoSubscribe = true, grant = {}, room = this.room, kind, client, entry, placed = true } = {}) {
    const way = entry ?? this.#entry(this.participants.length);
    const participant = client ? this.#adopt(client, identity) : await this.open(identity, kind);
    const { shapes } = KINDS[participant.kind];
    const shape = shapes.includes(this.cell.shape) ? this.cell.shape : shapes[0];
    await participant.join(way.httpUrl.replace('http', 'ws'), await this.stack.token(identity, room, { grant }), { single: shape === 'single', autoSubscribe });
    if (placed) {
      await assertPlaced(this.stack, this.cell, room, participant, shape);
    }
    const sources = publish ?? (this.run.scenario.needs.includes('media') ? SOURCES : []);
    await Promise.all(sources.map((source) => participant.publish(source, source === 'camera' ? camera : {})));
    return participant;
  }

  /** @param {JoinOptions} options of all @param {string[]} identities in the order in which they join */
  async joinAll(identities, options = {}) {
    const all = [];
    for (const identity of identities) {
      all.push(await this.join(identity, options));
    }
    return all;
  }

  /** Everybody leaves, and the nodes know. */
  async empty() {
    const rooms = async () => (await this.stack.debug('participants')).filter(({ room }) => room.startsWith(this.room));
    await Promise.all(this.participants.map((each) => within(PATIENCE.keepMs, 'leaves', each.client.call('leave', [])).catch(() => {})));
    await this.close();
    await until('all seats are free', async () => (await rooms()).length === 0);
  }

  async close() {
    await Promise.all(this.participants.map(({ client }) => within(PATIENCE.startMs, 'closes', client.close()).catch(() => {})));
  }
}
