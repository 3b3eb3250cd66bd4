// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Workers of agents: one that only speaks the protocol, and the framework's own with an agent in Python.

import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AvailabilityResponse, JobType, RegisterWorkerRequest, ServerMessage, WorkerMessage } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import WebSocket from 'ws';
import { spawned } from './children.js';
import { PATIENCE, until, within } from './patience.js';

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../clients/agent');

/** Takes every job at once, and sends no agent. */
export class ScriptedWorker {
  /** Jobs that were assigned. @type {import('@livekit/protocol').Job[]} */
  jobs = [];
  /** Called with each. @type {(job: import('@livekit/protocol').Job) => void} */
  onAssigned = () => {};

  /** @param {string} httpUrl @param {{agentName?: string, type?: JobType, namespace?: string}} options */
  static async connect(httpUrl, { agentName = '', type = JobType.JT_ROOM, namespace } = {}) {
    const token = new AccessToken('devkey', 'secret', { ttl: '1h' });
    token.addGrant({ agent: true });
    const url = `${httpUrl.replace('http', 'ws')}/agent`;
    const worker = new ScriptedWorker(new WebSocket(url, { headers: { Authorization: `Bearer ${await token.toJwt()}` } }));
    const register = new RegisterWorkerRequest({ agentName, type, namespace, version: '0' });
    await within(PATIENCE.callMs, 'a worker registers', worker.#register(register));
    return worker;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
  }

  /** @param {RegisterWorkerRequest} register */
  #register(register) {
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject);
      this.socket.once('open', () => this.#send({ case: 'register', value: register }));
      this.socket.on('message', (/** @type {Buffer} */ data) => {
        const { message } = ServerMessage.fromBinary(data);
        if (message.case === 'register') {
          resolve(message.value.workerId);
        } else if (message.case === 'availability') {
          const jobId = message.value.job?.id ?? '';
          this.#send({ case: 'availability', value: new AvailabilityResponse({ jobId, available: true, participantIdentity: `agent-${jobId}` }) });
        } else if (message.case === 'assignment' && message.value.job) {
          this.jobs.push(message.value.job);
          this.onAssigned(message.value.job);
        }
      });
    });
  }

  /** @param {WorkerMessage['message']} message */
  #send(message) {
    this.socket.send(new WorkerMessage({ message }).toBinary());
  }

  close() {
    this.socket.terminate();
  }
}

/** The framework's worker, as it comes from PyPI, with clients/agent/agent.py. */
export class AgentWorker {
  /** What its agents told. @type {{event: string, pid: number, id: string, identity?: string, room?: string, metadata?: string}[]} */
  told = [];
  log = '';

  /** @param {string} url @param {string} agentName */
  static async start(url, agentName) {
    const worker = new AgentWorker(url, agentName);
    await until(`the worker of ${agentName} is registered`, async () => worker.log.includes('registered worker'), PATIENCE.startMs).catch((error) => {
      throw new Error(`${error.message}\n${worker.log}`);
    });
    return worker;
  }

  /** @param {string} url @param {string} agentName */
  constructor(url, agentName) {
    this.child = spawned(path.join(FOLDER, '.venv/bin/python'), [path.join(FOLDER, 'agent.py'), 'start'], {
      env: { LIVEKIT_URL: url, LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: 'secret', PARLEY_AGENT: agentName },
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#onLine(line));
    }
  }

  /** @param {string} line */
  #onLine(line) {
    if (line.startsWith('{"event": "job"') || line.startsWith('{"event": "speaking"')) {
      this.told.push(JSON.parse(line));
    } else {
      this.log += `${line}\n`;
    }
  }

  /** @param {string} event */
  async tells(event) {
    await until(`an agent tells: ${event}`, async () => this.told.some((each) => each.event === event)).catch((error) => {
      throw new Error(`${error.message}\n${this.log}`);
    });
    return /** @type {AgentWorker['told'][0]} */ (this.told.find((each) => each.event === event));
  }

  /** As a host that fails: the worker and its agents at once. */
  async kill() {
    for (const { pid } of this.told) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // an agent that was done
      }
    }
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
