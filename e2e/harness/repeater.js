// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Between a client of the API and its servers: makes each request of each server, one after the other, and passes on only what the last
// says, as if the answers before it had been lost.

import { createServer } from 'node:http';
import { arrayBuffer } from 'node:stream/consumers';

/** Those of the connection, not of the request. */
const OWN_HEADERS = ['connection', 'content-length', 'host', 'transfer-encoding', 'accept-encoding'];

export class Repeater {
  /** @param {string[]} targets one is asked twice */
  static async start(targets) {
    const repeater = new Repeater(targets.length > 1 ? targets : [...targets, ...targets]);
    await new Promise((resolve) => repeater.server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return repeater;
  }

  /** @param {string[]} targets */
  constructor(targets) {
    this.targets = targets;
    this.server = createServer((request, response) => {
      this.#repeat(request, response).catch((error) => response.destroy(error));
    });
  }

  get url() {
    return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (this.server.address()).port}`;
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #repeat(request, response) {
    const body = await arrayBuffer(request);
    const headers = Object.entries(request.headers).flatMap(([name, value]) => (OWN_HEADERS.includes(name) || value === undefined ? [] : [[name, String(value)]]));
    for (const [i, target] of this.targets.entries()) {
      const answer = await fetch(`${target}${request.url}`, { method: request.method, headers: Object.fromEntries(headers), body });
      const said = Buffer.from(await answer.arrayBuffer());
      if (i === this.targets.length - 1) {
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(said);
      }
    }
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
