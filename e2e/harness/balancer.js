// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A load balancer as simple as one can be: each TCP connection goes to the first backend that takes it.

import { connect, createServer } from 'node:net';

/** @typedef {import('node:net').Socket} Socket */

export class Balancer {
  /** @type {Set<Socket>} */
  #sockets = new Set();
  #isCut = false;

  /** @param {number[]} ports of the backends on loopback, in the order in which they are tried */
  static async start(ports) {
    const balancer = new Balancer(ports);
    await new Promise((resolve) => balancer.server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return balancer;
  }

  /** @param {number[]} ports */
  constructor(ports) {
    this.server = createServer((client) => {
      this.#keep(client);
      if (this.#isCut) {
        return; // it hears nothing
      }
      this.#forward(client, ports);
    });
  }

  get httpUrl() {
    return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.server.address()).port}`;
  }

  /** @param {Socket} socket */
  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** @param {Socket} client @param {number[]} ports */
  #forward(client, ports) {
    if (ports.length === 0) {
      client.destroy();
      return;
    }
    const backend = connect(ports[0], '127.0.0.1');
    backend.once('connect', () => {
      client.pipe(backend).pipe(client);
      backend.on('close', () => client.destroy());
      client.on('close', () => backend.destroy());
    });
    backend.once('error', () => {
      if (backend.bytesRead === 0 && backend.bytesWritten === 0) {
        this.#forward(client, ports.slice(1));
      }
    });
    this.#keep(backend);
  }

  /** As a network that loses everything: connections stay, and nothing comes through. */
  cut() {
    this.#isCut = true;
    this.#sockets.forEach((socket) => socket.unpipe().pause());
  }

  /** New connections come through; those from before are broken, as they would be after some minutes. */
  mend() {
    this.#isCut = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  async stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }
}
