// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A UDP link in user space between clients and the media port, with loss, delay and reordering. PARLEY_SEED says which.

import { createSocket } from 'node:dgram';

const LOCALHOST = '127.0.0.1';

export const SEED = Number(process.env.PARLEY_SEED ?? Date.now() % 2 ** 31);

/** Numbers in [0, 1), the same for the same seed (mulberry32). @param {number} seed */
function randomOf(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @returns {Promise<import('node:dgram').Socket>} */
async function bound() {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, LOCALHOST, () => resolve(undefined)));
  return socket;
}

export class Link {
  /** Sockets towards the media port, by the client they stand for. @type {Map<string, Promise<import('node:dgram').Socket>>} */
  #uplinks = new Map();
  #random = randomOf(SEED);
  #isStopped = false;
  dropped = 0;
  passed = 0;
  /** Where the media port is; the stack is told our port first, so this comes later. */
  targetPort = 0;

  /** @param {{lossPercent: number, delayMs: number, jitterMs: number}} loss in each direction; delays are drawn from [delayMs, delayMs + jitterMs] */
  static async start(loss) {
    return new Link(await bound(), loss);
  }

  /** @param {import('node:dgram').Socket} socket @param {{lossPercent: number, delayMs: number, jitterMs: number}} loss */
  constructor(socket, loss) {
    this.socket = socket;
    this.loss = loss;
    socket.on('message', (datagram, from) => this.#up(datagram, from));
  }

  get port() {
    return this.socket.address().port;
  }

  /** @param {Buffer} datagram @param {import('node:dgram').RemoteInfo} from */
  async #up(datagram, from) {
    const key = `${from.address}:${from.port}`;
    let uplink = this.#uplinks.get(key);
    if (!uplink) {
      uplink = bound().then((socket) => {
        socket.on('message', (down) => this.#pass(() => this.socket.send(down, from.port, from.address)));
        return socket;
      });
      this.#uplinks.set(key, uplink);
    }
    const socket = await uplink;
    this.#pass(() => socket.send(datagram, this.targetPort, LOCALHOST));
  }

  /** @param {() => void} deliver */
  #pass(deliver) {
    if (this.#random() * 100 < this.loss.lossPercent) {
      this.dropped++;
      return;
    }
    this.passed++;
    setTimeout(() => this.#isStopped || deliver(), this.loss.delayMs + this.#random() * this.loss.jitterMs);
  }

  async stop() {
    this.#isStopped = true;
    this.socket.close();
    for (const uplink of this.#uplinks.values()) {
      (await uplink).close();
    }
  }
}
