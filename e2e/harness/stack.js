// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Starts the standalone process on free ports and stops it again; collects its log.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { AccessToken } from 'livekit-server-sdk';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const START_TIMEOUT_MS = 60_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Stack {
  static async start({ properties = {} } = {}) {
    const debugPort = await freePort();
    const settings = {
      'server.port': 0,
      'management.server.port': 0,
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': debugPort,
      ...properties,
    };
    const args = ['dev', ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)];
    // Without a shell between, so that the process that gets the signal is the one that was started.
    const child = spawn(path.join(ROOT, 'parley'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const stack = new Stack(child, debugPort);
    await stack.#listening();
    return stack;
  }

  constructor(child, debugPort) {
    this.child = child;
    this.debugUrl = `http://127.0.0.1:${debugPort}/debug`;
    this.log = '';
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.log += text;
      });
    }
  }

  async #listening() {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!this.log.includes('Connect with')) {
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the stack did not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const port = /ws:\/\/localhost:(\d+)/.exec(this.log)[1];
    this.url = `ws://localhost:${port}`;
    this.httpUrl = `http://localhost:${port}`;
  }

  token(identity, room, { grant = {}, ttl = '1h', secret = 'secret', key = 'devkey' } = {}) {
    const token = new AccessToken(key, secret, { identity, name: identity, ttl });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true, ...grant });
    return token.toJwt();
  }

  async debug(resource) {
    const response = await fetch(`${this.debugUrl}/${resource}`);
    return response.json();
  }

  /** Lines of the log at WARN or above, each with the few that follow it. */
  warnings() {
    const lines = this.log.split('\n');
    return lines.flatMap((line, i) => (/ (WARN|ERROR) /.test(line) ? [lines.slice(i, i + 6).join('\n')] : []));
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
  }
}
