// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A UDP link in user space between clients and the media port, with loss, delay and reordering.

import { createSocket } from 'node:dgram';

const LOCALHOST = '127.0.0.1';

async function bound() {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, LOCALHOST, resolve));
  return socket;
}

export class Link {
  /** @param lossPercent of datagrams that vanish, in each direction; delays are drawn from [delayMs, delayMs + jitterMs] */
  static async start({ lossPercent, delayMs, jitterMs }) {
    const link = new Link();
    Object.assign(link, { lossPercent, delayMs, jitterMs, dropped: 0, passed: 0, uplinks: new Map() });
    link.socket = await bound();
    link.port = link.socket.address().port;
    link.socket.on('message', (datagram, from) => link.#up(datagram, from));
    return link;
  }

  /** Where the media port is; the stack is told our port first, so this comes later. */
  connect(targetPort) {
    this.targetPort = targetPort;
  }

  async #up(datagram, from) {
    const key = `${from.address}:${from.port}`;
    if (!this.uplinks.has(key)) {
      this.uplinks.set(key, bound().then((socket) => {
        socket.on('message', (down) => this.#pass(() => this.socket.send(down, from.port, from.address)));
        return socket;
      }));
    }
    const uplink = await this.uplinks.get(key);
    this.#pass(() => uplink.send(datagram, this.targetPort, LOCALHOST));
  }

  #pass(deliver) {
    if (Math.random() * 100 < this.lossPercent) {
      this.dropped++;
      return;
    }
    this.passed++;
    setTimeout(() => this.isStopped || deliver(), this.delayMs + Math.random() * this.jitterMs);
  }

  async stop() {
    this.isStopped = true;
    this.socket.close();
    for (const uplink of this.uplinks.values()) {
      (await uplink).close();
    }
  }
}
