// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Pages with the unmodified livekit-client in real Chromium and Firefox.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Client } from './client.js';
import { PATIENCE, within } from './patience.js';

const PAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../clients/browser');
const FILES = {
  '/': path.join(PAGE, 'page.html'),
  '/page.js': path.join(PAGE, 'page.js'),
  '/connections.js': path.join(PAGE, 'connections.js'),
  '/livekit-client.js': path.join(path.dirname(createRequire(import.meta.url).resolve('livekit-client')), 'livekit-client.umd.js'),
};
const CHROMIUM = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.PARLEY_FIREFOX ?? '/usr/bin/firefox-esr';

const EVENT = 'event ';

/** Ports of the page's server live as long as the process. @type {Promise<string> | undefined} */
let origin;

async function servePage() {
  const server = createServer(async (request, response) => {
    const file = FILES[/** @type {keyof typeof FILES} */ (request.url)];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  server.unref();
  return `http://localhost:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/** One participant in one page. */
export class PageClient extends Client {
  /** @param {'chromium' | 'firefox'} kind @param {any} page of playwright or puppeteer @param {() => Promise<void>} close */
  constructor(kind, page, close) {
    super(kind);
    this.page = page;
    this.closePage = close;
  }

  async load() {
    this.page.on('console', (/** @type {any} */ message) => this.#onLine(message.text()));
    this.page.on('pageerror', (/** @type {any} */ error) => this.log.push(`page error: ${error}\n`));
    origin ??= servePage();
    await this.page.goto(await origin);
    return this;
  }

  /** @param {string} line of the console */
  #onLine(line) {
    if (line.startsWith(EVENT)) {
      this.tell(JSON.parse(line.slice(EVENT.length)));
    } else {
      this.log.push(`${line}\n`);
    }
  }

  /** @param {string} verb @param {unknown[]} args @override */
  call(verb, args) {
    // @ts-expect-error: in the page
    return this.page.evaluate(([name, params]) => window.run(name, params), [verb, args]);
  }

  /** @override */
  screenshot() {
    return this.page.screenshot();
  }

  /** @override */
  close() {
    return this.closePage();
  }
}

export class Chromium {
  static async start() {
    // A server of our own around it: playwright then knows the process, which a scenario may want to kill.
    const server = await chromium.launchServer({
      executablePath: CHROMIUM,
      timeout: PATIENCE.startMs,
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
    return new Chromium(server, await chromium.connect(server.wsEndpoint()));
  }

  /** @param {import('playwright-core').BrowserServer} server @param {import('playwright-core').Browser} browser */
  constructor(server, browser) {
    this.server = server;
    this.browser = browser;
  }

  /** A page with one Room, not yet connected. @param {import('playwright-core').BrowserContextOptions} [options] */
  async open(options = {}) {
    const context = await this.browser.newContext({ permissions: ['camera', 'microphone'], ...options });
    return new PageClient('chromium', await context.newPage(), () => context.close()).load();
  }

  /** SIGKILL, with no chance to say goodbye. */
  async kill() {
    process.kill(-Number(this.server.process().pid), 'SIGKILL');
  }

  async stop() {
    await this.browser.close();
    await this.server.close();
  }
}

export class Firefox {
  static async start() {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      timeout: PATIENCE.startMs,
      headless: true,
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        'media.navigator.permission.disabled': true,
        'media.autoplay.default': 0,
        // Candidates on this machine, under their addresses.
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
        // Timers of tabs that are not in front run on as well.
        'dom.min_background_timeout_value': 4,
        'dom.timeout.enable_budget_timer_throttling': false,
      },
    });
    return new Firefox(browser);
  }

  /** @param {import('puppeteer-core').Browser} browser */
  constructor(browser) {
    this.browser = browser;
  }

  async open() {
    const context = await this.browser.createBrowserContext();
    return new PageClient('firefox', await context.newPage(), () => context.close()).load();
  }

  async stop() {
    await within(PATIENCE.startMs, 'the end of Firefox', this.browser.close());
  }
}
