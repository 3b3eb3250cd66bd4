// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A load balancer as simple as one can be: each TCP connection goes to the first backend that takes it.

import { connect, createServer } from 'node:net';

export class Balancer {
  /** @param ports of the backends on loopback, in the order in which they are tried */
  static async start(ports) {
    const balancer = new Balancer(ports);
    await new Promise((resolve) => balancer.server.listen(0, '127.0.0.1', resolve));
    balancer.httpUrl = `http://127.0.0.1:${balancer.server.address().port}`;
    return balancer;
  }

  constructor(ports) {
    this.sockets = new Set();
    this.server = createServer((client) => {
      this.#keep(client);
      this.#forward(client, [...ports]);
    });
  }

  #keep(socket) {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }

  #forward(client, [port, ...others]) {
    if (port === undefined) {
      client.destroy();
      return;
    }
    const backend = connect(port, '127.0.0.1');
    backend.once('connect', () => {
      client.pipe(backend).pipe(client);
      backend.on('close', () => client.destroy());
      client.on('close', () => backend.destroy());
    });
    backend.once('error', () => {
      if (backend.bytesRead === 0 && backend.bytesWritten === 0) {
        this.#forward(client, others);
      }
    });
    this.#keep(backend);
  }

  async stop() {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }
}
