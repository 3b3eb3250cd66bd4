// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// A Kafka of one broker, by its own main class: the jars are those that the Java tests have their broker from.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort, ROOT, Service } from './service.js';

const LOGGING = `<configuration>
  <appender name="console" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n</pattern></encoder></appender>
  <root level="info"><appender-ref ref="console"/></root>
</configuration>`;

export class Kafka {
  /** What it has on disk outlives it: whoever starts again does so with the same, at the same port. @type {Service | undefined} */
  service;

  static async start() {
    const kafka = new Kafka(await mkdtemp(path.join(os.tmpdir(), 'parley-kafka-')), await freePort());
    try {
      await kafka.#format(await freePort());
      await kafka.startAgain();
    } catch (error) {
      await kafka.stop();
      throw error;
    }
    return kafka;
  }

  /** @param {string} folder @param {number} port */
  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** @param {number} controllerPort */
  async #format(controllerPort) {
    const data = path.join(this.folder, 'data');
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      listeners: `PLAINTEXT://${this.address},CONTROLLER://127.0.0.1:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'log.dirs': data,
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 1,
      'group.initial.rebalance.delay.ms': 0,
    };
    await mkdir(data);
    await writeFile(path.join(data, 'meta.properties'), 'version=1\ncluster.id=parley-e2e\nnode.id=1\n');
    await writeFile(path.join(this.folder, 'logback.xml'), LOGGING);
    await writeFile(path.join(this.folder, 'server.properties'), Object.entries(properties).map(([key, value]) => `${key}=${value}\n`).join(''));
  }

  async startAgain() {
    const jars = await readFile(path.join(ROOT, 'common/cluster/target/broker.classpath'), 'utf8');
    const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin/java') : 'java';
    const options = ['-XX:TieredStopAtLevel=1', '-Xmx512m', `-Dlogback.configurationFile=${path.join(this.folder, 'logback.xml')}`];
    const service = new Service('kafka', java, [...options, '-cp', jars.trim(), 'kafka.Kafka', path.join(this.folder, 'server.properties')]);
    this.service = service;
    await service.starts(() => service.log.includes('Kafka Server started'));
  }

  /** For good. */
  async stop() {
    if (this.service?.isRunning) {
      await this.service.stop('SIGKILL');
    }
    await rm(this.folder, { recursive: true });
  }
}
