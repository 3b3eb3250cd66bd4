// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Starts the product on free ports and stops it again, as one process or as several; collects the logs.

import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kafka } from './kafka.js';
import { PATIENCE, until } from './patience.js';
import { freePort, Service } from './service.js';

/** @typedef {import('./service.js').Properties} Properties */

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
  /** Processes that send webhooks and nothing else. @type {Service[]} */
  dispatchers = [];

  /** @returns {Service[]} */
  get services() {
    return [...new Set([...this.entries, ...this.nodes, ...this.dispatchers])];
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

/** Services of their own, with a real Redis between them, and where there are dispatchers a real Kafka. */
export class Cluster extends Deployment {
  redisPort = 0;
  /** @type {Service | undefined} */
  redis;
  /** @type {Kafka | undefined} */
  kafka;
  /** What has to outlive a process, with a Kafka: spools of nodes, deliveries in Redis. */
  folder = '';

  /**
   * @param {Properties[]} nodes what each node has of its own
   * @param {Properties[]} roomServices the same of each room-service
   * @param {Properties[]} dispatchers the same of each webhook-dispatcher
   */
  static async start(nodes = [{}, {}], roomServices = [{}, {}], dispatchers = []) {
    const cluster = new Cluster();
    await cluster.start(nodes, roomServices, dispatchers);
    return cluster;
  }

  /** @param {Properties[]} nodes @param {Properties[]} roomServices @param {Properties[]} dispatchers */
  async start(nodes, roomServices, dispatchers) {
    try {
      if (dispatchers.length > 0) {
        this.folder = await mkdtemp(path.join(os.tmpdir(), 'parley-cluster-'));
      }
      [this.kafka] = await Promise.all([dispatchers.length > 0 ? Kafka.start() : undefined, this.startRedis()]);
      await Promise.all(nodes.map((properties) => this.startNode(properties)));
      await Promise.all([
        ...roomServices.map((properties) => this.startRoomService(properties)),
        ...dispatchers.map((properties) => this.startDispatcher(properties)),
      ]);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** On the same port each time; empty, unless there are deliveries to keep. */
  async startRedis() {
    this.redisPort ||= await freePort();
    const disk = this.folder ? ['--dir', this.folder, '--appendonly', 'yes'] : ['--appendonly', 'no'];
    const redis = new Service('redis-server', 'redis-server', ['--port', `${this.redisPort}`, '--bind', '127.0.0.1', '--save', '', ...disk]);
    this.redis = redis;
    await redis.starts(() => redis.log.includes('Ready to accept connections'));
  }

  get #everywhere() {
    return {
      'spring.profiles.active': 'dev',
      'parley.cluster.redis-url': `redis://127.0.0.1:${this.redisPort}`,
    };
  }

  /** On free ports, unless the properties name some. @param {Properties} properties */
  async startNode(properties = {}) {
    const settings = {
      ...this.#everywhere,
      'server.port': await freePort(),
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': await freePort(),
      'parley.node.link-port': 0,
      ...(this.kafka && {
        'parley.kafka.bootstrap-servers': this.kafka.address,
        'parley.events.spool.directory': await mkdtemp(path.join(this.folder, 'spool-')),
      }),
      ...properties,
    };
    const node = Service.parley('sfu-node', settings);
    node.debugUrl = `http://127.0.0.1:${settings['parley.rtc.debug-port']}/debug`;
    node.managementUrl = `http://127.0.0.1:${settings['server.port']}`;
    return this.#joins(this.nodes, node);
  }

  /** @param {Properties} properties */
  async startRoomService(properties = {}) {
    const settings = {
      ...this.#everywhere,
      'server.port': await freePort(),
      'management.server.port': await freePort(),
      ...properties,
    };
    const service = Service.parley('room-service', settings);
    service.httpUrl = `http://127.0.0.1:${settings['server.port']}`;
    service.managementUrl = `http://127.0.0.1:${settings['management.server.port']}`;
    return this.#joins(this.entries, service);
  }

  /** @param {Properties} properties */
  async startDispatcher(properties = {}) {
    const settings = {
      ...this.#everywhere,
      'server.port': await freePort(),
      'parley.kafka.bootstrap-servers': this.kafka?.address ?? '',
      'parley.webhook.allowed-networks': '127.0.0.0/8',
      ...properties,
    };
    const service = Service.parley('webhook-dispatcher', settings);
    service.managementUrl = `http://127.0.0.1:${settings['server.port']}`;
    return this.#joins(this.dispatchers, service);
  }

  /** In the place of one that ended. @param {Service} ended */
  async startAgain(ended) {
    const all = [this.nodes, this.entries, this.dispatchers].find((some) => some.includes(ended)) ?? [];
    all.splice(all.indexOf(ended), 1);
    return this.#joins(all, ended.again());
  }

  /** @param {Service[]} all @param {Service} service */
  async #joins(all, service) {
    all.push(service);
    await service.starts(() => answers(`${service.managementUrl}/readyz`));
    return service;
  }

  /** @override */
  async stop() {
    await super.stop();
    if (this.redis?.isRunning) {
      await this.redis.stop();
    }
    await this.kafka?.stop();
    if (this.folder) {
      await rm(this.folder, { recursive: true });
    }
  }
}
