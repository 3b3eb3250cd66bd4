// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A stack and participants for measurements, which do as they please in it.

import { Bench } from '../harness/bench.js';
import { shared } from '../harness/cells.js';
import { Participant } from '../harness/participant.js';
import { Cluster, Stack } from '../harness/stack.js';
import { VERBS } from '../harness/verbs.js';

const CAPABILITIES = Object.values(VERBS).map(({ capability }) => capability);

export class Visit {
  /** @param {string} process 'standalone' or 'cluster' */
  static async start(process) {
    const bench = new Bench();
    return new Visit(bench, await bench.stack(shared(process, () => (process === 'cluster' ? Cluster.start() : Stack.start()))));
  }

  /** @param {Bench} bench @param {Stack | Cluster} stack */
  constructor(bench, stack) {
    this.bench = bench;
    this.stack = stack;
  }

  /**
   * @param {import('../harness/kinds.js').KindName} kind
   * @param {string} identity
   * @param {string} room
   * @param {{publish?: string[], shape?: import('../harness/kinds.js').Shape, client?: import('../harness/client.js').Client}} options
   */
  async join(kind, identity, room, { publish = [], shape = 'single', client } = {}) {
    const participant = new Participant(client ?? (await this.bench.open(kind)), identity, CAPABILITIES);
    await participant.join(this.stack.url, await this.stack.token(identity, room), { single: shape === 'single' });
    for (const source of publish) {
      await participant.publish(source, {});
    }
    return participant;
  }

  async stop() {
    await this.bench.stop();
    process.exit(0);
  }
}
