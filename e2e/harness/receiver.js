// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A server that webhooks are sent to.

import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { freePort } from './service.js';

/**
 * @typedef {Record<string, any>} Json
 * @typedef {object} Request
 * @property {string} body
 * @property {Json} event
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {number} fromPort
 * @property {number} atMs
 */

export class Receiver {
  /** In the order in which they came. @type {Request[]} */
  got = [];
  /** What it is answered with; a promise that stays open leaves it without. @type {(request: Request) => number | Promise<number>} */
  answer = () => 200;

  /** @param {number} port */
  static async start(port = 0) {
    const receiver = new Receiver(port || (await freePort()));
    await receiver.listen();
    return receiver;
  }

  /** @param {number} port */
  constructor(port) {
    this.port = port;
  }

  /** Again, too, once it has stopped. */
  async listen() {
    const server = createServer(async (message, response) => {
      const fromPort = message.socket.remotePort ?? 0;
      let body = '';
      for await (const part of message) {
        body += part;
      }
      const request = { body, event: JSON.parse(body), headers: message.headers, fromPort, atMs: Date.now() };
      this.got.push(request);
      response.writeHead(await this.answer(request)).end();
    });
    this.server = server;
    await new Promise((resolve) => server.listen(this.port, '127.0.0.1', () => resolve(undefined)));
  }

  get last() {
    return this.got.at(-1)?.event ?? {};
  }

  /** Each once, as it came first. */
  get events() {
    const ids = this.got.map(({ event }) => event.id);
    return this.got.filter(({ event }, i) => ids.indexOf(event.id) === i).map(({ event }) => event);
  }

  /** Connections as well. */
  async stop() {
    const { server } = this;
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
}

/** Which of the services has the other end of a connection from this port of loopback. @param {number} port @param {import('./service.js').Service[]} services */
export async function ownerOf(port, services) {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')));
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/)).filter((fields) => fields[1]?.endsWith(local)).map((fields) => fields[9]);
  for (const service of services) {
    const folder = `/proc/${service.child.pid}/fd`;
    const open = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
    if (inodes.some((inode) => open.includes(`socket:[${inode}]`))) {
      return service;
    }
  }
  throw new Error(`none of ${services.map(({ name }) => name)} has port ${port}`);
}
