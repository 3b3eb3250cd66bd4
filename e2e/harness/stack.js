// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Starts the product on free ports and stops it again, as one process or as several; collects the logs.

import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { spawned } from './children.js';
import { PATIENCE, until, within } from './patience.js';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LAST_LINES = 60;

/** @typedef {Record<string, string | number | boolean>} Properties of Spring */

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {number} port @returns {Promise<boolean>} */
export function isFree(port) {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A process with its log. */
export class Service {
  log = '';
  /** With a node in it: where its dumps are. */
  debugUrl = '';
  managementUrl = '';
  /** Of one that clients enter by. */
  httpUrl = '';

  /** @param {string} name @param {string} command @param {string[]} args */
  constructor(name, command, args) {
    this.name = name;
    this.child = spawned(command, args);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', resolve);
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        this.log += text;
      });
    }
  }

  /** @param {string} command @param {Properties} properties */
  static parley(command, properties) {
    const args = Object.entries(properties).map(([key, value]) => `--${key}=${value}`);
    return new Service(command, path.join(ROOT, 'parley'), [command, ...args]);
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @param {() => boolean | Promise<boolean>} isReady */
  async starts(isReady) {
    try {
      await until(`${this.name} is ready`, async () => !this.isRunning || (await isReady()), PATIENCE.startMs);
    } catch (error) {
      throw new Error(`${error.message}\n${this.lastLines}`);
    }
    if (!this.isRunning) {
      throw new Error(`${this.name} ended while it started\n${this.lastLines}`);
    }
  }

  get lastLines() {
    return this.log.split('\n').slice(-LAST_LINES).join('\n');
  }

  /** Lines of the log at WARN or above, each with the few that follow it. */
  warnings() {
    const lines = this.log.split('\n');
    return lines.flatMap((line, i) => (/ (WARN|ERROR) /.test(line) ? [lines.slice(i, i + 6).join('\n')] : []));
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    try {
      await within(PATIENCE.startMs, `the end of ${this.name}`, this.exited);
    } finally {
      this.child.kill('SIGKILL');
    }
  }
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(PATIENCE.callMs) })).ok;
  } catch {
    return false;
  }
}

/**
 * From the debug endpoint of a process with a node.
 *
 * @param {Service} node
 * @param {string} resource
 * @returns {Promise<any[]>}
 */
export async function dump(node, resource) {
  return (await fetch(`${node.debugUrl}/${resource}`, { signal: AbortSignal.timeout(PATIENCE.callMs) })).json();
}

/** What scenarios need of the running product, however it was started. */
class Deployment {
  /** Processes that have a node. @type {Service[]} */
  nodes = [];
  /** Processes that clients enter by. @type {Service[]} */
  entries = [];

  /** @returns {Service[]} */
  get services() {
    return [...new Set([...this.entries, ...this.nodes])];
  }

  /** Of the signal WebSocket and the API. */
  get httpUrl() {
    return this.entries[0].httpUrl;
  }

  get url() {
    return this.httpUrl.replace('http', 'ws');
  }

  api(entry = this.entries[0]) {
    return new RoomServiceClient(entry.httpUrl, 'devkey', 'secret', { requestTimeout: PATIENCE.callMs / 1000 });
  }

  /** @param {string} identity @param {string} room @param {{grant?: object, ttl?: string, secret?: string, key?: string}} options */
  token(identity, room, { grant = {}, ttl = '1h', secret = 'secret', key = 'devkey' } = {}) {
    const token = new AccessToken(key, secret, { identity, name: identity, ttl });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true, ...grant });
    return token.toJwt();
  }

  /** What the nodes that run know, together, each entry with its node. @param {string} resource @returns {Promise<any[]>} */
  async debug(resource) {
    const running = this.nodes.filter((node) => node.isRunning);
    const dumps = await Promise.all(running.map(async (node) => (await dump(node, resource)).map((entry) => ({ ...entry, node: node.debugUrl }))));
    return dumps.flat();
  }

  /** The node that has the seats of a room. @param {string} room */
  async nodeOf(room) {
    for (const node of this.nodes.filter((each) => each.isRunning)) {
      if ((await dump(node, `rooms/${room}`)).length > 0) {
        return node;
      }
    }
    throw new Error(`no node has seats of ${room}`);
  }

  warnings() {
    return this.services.flatMap((service) => service.warnings());
  }

  /** What has to be true when all have gone: nobody is left, and nothing was worth a warning. */
  async leftovers() {
    const gone = async () => (await this.debug('participants')).length === 0;
    await until('everybody is gone', gone);
    const shards = await this.debug('shards');
    return [...shards.filter(({ seats, tracks }) => seats > 0 || tracks > 0).map((shard) => JSON.stringify(shard)), ...this.warnings()];
  }

  async stop() {
    await Promise.all(this.services.filter((service) => service.isRunning).map((service) => service.stop()));
  }
}

/** The standalone process. */
export class Stack extends Deployment {
  /** @param {Properties} properties */
  static async start(properties = {}) {
    const debugPort = await freePort();
    const service = Service.parley('dev', {
      'server.port': 0,
      'management.server.port': 0,
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': debugPort,
      'parley.webhook.allowed-networks': '127.0.0.0/8',
      ...properties,
    });
    service.debugUrl = `http://127.0.0.1:${debugPort}/debug`;
    await service.starts(() => service.log.includes('Connect with'));
    service.httpUrl = `http://localhost:${/ws:\/\/localhost:(\d+)/.exec(service.log)?.[1]}`;
    return new Stack(service);
  }

  /** @param {Service} service */
  constructor(service) {
    super();
    this.service = service;
    this.nodes.push(service);
    this.entries.push(service);
  }
}

/** Services of their own, with a real Redis between them. */
export class Cluster extends Deployment {
  redisPort = 0;
  /** @type {Service | undefined} */
  redis;

  /**
   * @param {Properties[]} nodes what each node has of its own
   * @param {Properties[]} roomServices the same of each room-service
   */
  static async start(nodes = [{}, {}], roomServices = [{}, {}]) {
    const cluster = new Cluster();
    try {
      await cluster.startRedis();
      await Promise.all(nodes.map((properties) => cluster.startNode(properties)));
      await Promise.all(roomServices.map((properties) => cluster.startRoomService(properties)));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Empty, and on the same port each time. */
  async startRedis() {
    this.redisPort ||= await freePort();
    const redis = new Service('redis-server', 'redis-server', ['--port', `${this.redisPort}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
    this.redis = redis;
    await redis.starts(() => redis.log.includes('Ready to accept connections'));
  }

  /** On free ports, unless the properties name some. @param {Properties} properties */
  async startNode(properties = {}) {
    const settings = {
      'spring.profiles.active': 'dev',
      'server.port': await freePort(),
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': await freePort(),
      'parley.node.link-port': 0,
      'parley.cluster.redis-url': `redis://127.0.0.1:${this.redisPort}`,
      ...properties,
    };
    const node = Service.parley('sfu-node', settings);
    node.debugUrl = `http://127.0.0.1:${settings['parley.rtc.debug-port']}/debug`;
    node.managementUrl = `http://127.0.0.1:${settings['server.port']}`;
    this.nodes.push(node);
    await node.starts(() => answers(`${node.managementUrl}/readyz`));
    return node;
  }

  /** @param {Properties} properties */
  async startRoomService(properties = {}) {
    const settings = {
      'spring.profiles.active': 'dev',
      'server.port': await freePort(),
      'management.server.port': await freePort(),
      'parley.cluster.redis-url': `redis://127.0.0.1:${this.redisPort}`,
      ...properties,
    };
    const service = Service.parley('room-service', settings);
    service.httpUrl = `http://127.0.0.1:${settings['server.port']}`;
    service.managementUrl = `http://127.0.0.1:${settings['management.server.port']}`;
    this.entries.push(service);
    await service.starts(() => answers(`${service.managementUrl}/readyz`));
    return service;
  }

  /** @override */
  async stop() {
    await super.stop();
    if (this.redis?.isRunning) {
      await this.redis.stop();
    }
  }
}
