// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Starts the product on free ports and stops it again, as one process or as several; collects the logs.

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

/** A process with its log. */
class Service {
  constructor(name, command, args) {
    this.name = name;
    // Without a shell between, so that the process that gets the signal is the one that was started.
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.log += text;
      });
    }
  }

  static parley(command, settings) {
    const args = Object.entries(settings).map(([key, value]) => `--${key}=${value}`);
    return new Service(command, path.join(ROOT, 'parley'), [command, ...args]);
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async until(isReady) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await isReady())) {
      if (!this.isRunning || Date.now() > deadline) {
        throw new Error(`${this.name} did not start:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Lines of the log at WARN or above, each with the few that follow it. */
  warnings() {
    const lines = this.log.split('\n');
    return lines.flatMap((line, i) => (/ (WARN|ERROR) /.test(line) ? [lines.slice(i, i + 6).join('\n')] : []));
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    await this.exited;
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** From the debug endpoint of a process with a node. */
async function dump({ debugUrl }, resource) {
  return (await fetch(`${debugUrl}/${resource}`)).json();
}

/** What scenarios need of the running product, however it was started. */
class Deployment {
  /** @param url of the signal WebSocket and the API, with http:// */
  serve(httpUrl) {
    this.httpUrl = httpUrl;
    this.url = httpUrl.replace('http', 'ws');
  }

  token(identity, room, { grant = {}, ttl = '1h', secret = 'secret', key = 'devkey' } = {}) {
    const token = new AccessToken(key, secret, { identity, name: identity, ttl });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true, ...grant });
    return token.toJwt();
  }
}

/** The standalone process. */
export class Stack extends Deployment {
  static async start({ properties = {} } = {}) {
    const debugPort = await freePort();
    const service = Service.parley('dev', {
      'server.port': 0,
      'management.server.port': 0,
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': debugPort,
      ...properties,
    });
    await service.until(() => service.log.includes('Connect with'));
    return new Stack(service, debugPort);
  }

  constructor(service, debugPort) {
    super();
    this.service = service;
    this.debugUrl = `http://127.0.0.1:${debugPort}/debug`;
    this.serve(`http://localhost:${/ws:\/\/localhost:(\d+)/.exec(service.log)[1]}`);
  }

  get log() {
    return this.service.log;
  }

  get child() {
    return this.service.child;
  }

  async debug(resource) {
    return dump(this, resource);
  }

  warnings() {
    return this.service.warnings();
  }

  stop() {
    return this.service.stop();
  }
}

/** Services of their own, with a real Redis between them. */
export class Cluster extends Deployment {
  static async start({ roomServices = 1, nodes = 2, properties = {} } = {}) {
    const cluster = new Cluster();
    try {
      cluster.redisPort = await freePort();
      await cluster.startRedis();
      await Promise.all(Array.from({ length: nodes }, () => cluster.startNode(properties)));
      await Promise.all(Array.from({ length: roomServices }, () => cluster.startRoomService()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    if (roomServices > 0) {
      cluster.serve(cluster.roomServices[0].httpUrl);
    }
    return cluster;
  }

  nodes = [];
  roomServices = [];

  /** Empty, and on the same port each time. */
  async startRedis() {
    const args = ['--port', this.redisPort, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.redis = new Service('redis-server', 'redis-server', args);
    this.redisUrl = `redis://127.0.0.1:${this.redisPort}`;
    await this.redis.until(() => this.redis.log.includes('Ready to accept connections'));
  }

  /** Ports are free ones, whatever the properties say. */
  async startNode(properties = {}) {
    const [port, debugPort] = [await freePort(), await freePort()];
    const node = Service.parley('sfu-node', {
      'spring.profiles.active': 'dev',
      ...properties,
      'server.port': port,
      'parley.rtc.udp-port': 0,
      'parley.rtc.debug-port': debugPort,
      'parley.node.link-port': 0,
      'parley.cluster.redis-url': this.redisUrl,
    });
    node.debugUrl = `http://127.0.0.1:${debugPort}/debug`;
    node.managementUrl = `http://127.0.0.1:${port}`;
    this.nodes.push(node);
    await node.until(() => answers(`${node.managementUrl}/readyz`));
    return node;
  }

  async startRoomService(properties = {}) {
    const [port, managementPort] = [await freePort(), await freePort()];
    const service = Service.parley('room-service', {
      'spring.profiles.active': 'dev',
      ...properties,
      'server.port': port,
      'management.server.port': managementPort,
      'parley.cluster.redis-url': this.redisUrl,
    });
    service.httpUrl = `http://127.0.0.1:${port}`;
    service.managementUrl = `http://127.0.0.1:${managementPort}`;
    this.roomServices.push(service);
    await service.until(() => answers(`${service.managementUrl}/readyz`));
    return service;
  }

  /** The same stack, entered by another room-service. */
  through(roomService) {
    const entered = Object.create(this);
    entered.serve(roomService.httpUrl);
    return entered;
  }

  /** What the nodes that run know, together. */
  async debug(resource) {
    const running = this.nodes.filter((node) => node.isRunning);
    return (await Promise.all(running.map((node) => dump(node, resource)))).flat();
  }

  /** The node that has the seats of a room. */
  async nodeOf(room) {
    for (const node of this.nodes.filter((each) => each.isRunning)) {
      if ((await dump(node, `rooms/${room}`)).length > 0) {
        return node;
      }
    }
    return undefined;
  }

  warnings() {
    return [...this.nodes, ...this.roomServices].flatMap((service) => service.warnings());
  }

  async stop() {
    const services = [...this.roomServices, ...this.nodes, this.redis].filter((service) => service?.isRunning);
    for (const service of services) {
      await service.stop();
    }
  }
}
