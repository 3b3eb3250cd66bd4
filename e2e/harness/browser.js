// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Pages with the unmodified livekit-client in real Chromium, with a fake camera and microphone.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CLIENT = path.join(
  path.dirname(createRequire(import.meta.url).resolve('livekit-client')),
  'livekit-client.umd.js',
);
const CHROMIUM = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';

export class Browser {
  static async start() {
    const server = createServer(async (request, response) => {
      const file = request.url === '/livekit-client.js' ? CLIENT : path.join(HERE, 'page.html');
      response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.end(await readFile(file));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server of our own around it: playwright then knows the process, which a scenario may want to kill.
    const browserServer = await chromium.launchServer({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
    return new Browser(server, browserServer, await chromium.connect(browserServer.wsEndpoint()));
  }

  constructor(server, browserServer, connected) {
    this.server = server;
    this.browserServer = browserServer;
    this.chromium = connected;
    this.origin = `http://localhost:${server.address().port}`;
  }

  /** A page with one Room, not yet connected. */
  async open() {
    const context = await this.chromium.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    const log = [];
    page.on('console', (message) => log.push(message.text()));
    page.on('pageerror', (error) => log.push(`page error: ${error}`));
    await page.goto(this.origin);
    return new Client(page, log);
  }

  /** SIGKILL, with no chance to say goodbye. */
  async kill() {
    const { pid } = this.browserServer.process();
    process.kill(-pid, 'SIGKILL');
    await new Promise((resolve) => this.server.close(resolve));
  }

  async stop() {
    await this.chromium.close();
    await this.browserServer.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** One participant in one page; `run` calls a function of page.html. */
export class Client {
  constructor(page, log) {
    this.page = page;
    this.log = log;
  }

  run(name, ...args) {
    return this.page.evaluate(([fn, params]) => window.parley[fn](...params), [name, args]);
  }

  async join(stack, identity, room, { publish = true, options = {}, connect = {}, token = {} } = {}) {
    this.identity = identity;
    await this.run('join', stack.url, await stack.token(identity, room, token), options, connect);
    if (publish) {
      await this.run('publish');
    }
    return this;
  }

  /** Polls until the function of page.html gives a truthy value, and returns it. */
  async until(what, name, ...args) {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const value = await this.run(name, ...args);
      if (value) {
        return value;
      }
      if (Date.now() > deadline) {
        const state = JSON.stringify(await this.run('state'), null, 1);
        throw new Error(`${this.identity}: ${what} did not happen\n${state}\n${this.log.slice(-40).join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  close() {
    return this.page.context().close();
  }
}
