// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Pages with the unmodified livekit-client in real Chromium and Firefox, with a fake camera and microphone.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Participant } from './participant.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CLIENT = path.join(
  path.dirname(createRequire(import.meta.url).resolve('livekit-client')),
  'livekit-client.umd.js',
);
const CHROMIUM = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.PARLEY_FIREFOX ?? '/usr/bin/firefox-esr';

async function servePage() {
  const server = createServer(async (request, response) => {
    const file = request.url === '/livekit-client.js' ? CLIENT : path.join(HERE, 'page.html');
    response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What scenarios need of a browser. */
class Browser {
  constructor(server) {
    this.server = server;
    this.origin = `http://localhost:${server.address().port}`;
  }

  async prepare(page) {
    const log = [];
    page.on('console', (message) => log.push(message.text()));
    page.on('pageerror', (error) => log.push(`page error: ${error}`));
    await page.goto(this.origin);
    return log;
  }

  closeServer() {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export class Chromium extends Browser {
  static async start() {
    const server = await servePage();
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
    return new Chromium(server, browserServer, await chromium.connect(browserServer.wsEndpoint()));
  }

  constructor(server, browserServer, connected) {
    super(server);
    this.browserServer = browserServer;
    this.chromium = connected;
  }

  /** A page with one Room, not yet connected. */
  async open() {
    const context = await this.chromium.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    return new PageClient(page, await this.prepare(page), () => context.close());
  }

  /** SIGKILL, with no chance to say goodbye. */
  async kill() {
    const { pid } = this.browserServer.process();
    process.kill(-pid, 'SIGKILL');
    await this.closeServer();
  }

  async stop() {
    await this.chromium.close();
    await this.browserServer.close();
    await this.closeServer();
  }
}

export class Firefox extends Browser {
  static async start() {
    const server = await servePage();
    const firefox = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      headless: true,
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        'media.navigator.permission.disabled': true,
        'media.autoplay.default': 0,
        // Candidates on this machine, under their addresses.
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
      },
    });
    return new Firefox(server, firefox);
  }

  constructor(server, firefox) {
    super(server);
    this.firefox = firefox;
  }

  async open() {
    const context = await this.firefox.createBrowserContext();
    const page = await context.newPage();
    return new PageClient(page, await this.prepare(page), () => context.close());
  }

  async stop() {
    await this.firefox.close();
    await this.closeServer();
  }
}

/** One participant in one page; `run` calls a function of page.html. */
class PageClient extends Participant {
  constructor(page, log, close) {
    super(log);
    this.page = page;
    this.close = close;
  }

  run(name, ...args) {
    return this.page.evaluate(([fn, params]) => window.parley[fn](...params), [name, args]);
  }

  connect(url, token, { options = {}, connect = {}, single = this.isSingle ?? true }) {
    return this.run('join', url, token, { singlePeerConnection: single, ...options }, connect);
  }

  publish() {
    return this.run('publish');
  }
}
