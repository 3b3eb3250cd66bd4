// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Participants with the Python, Node and Go SDKs: each a process that reads calls from its input.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Participant } from './participant.js';

const CLIENTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../clients');
const run = promisify(execFile);

class SdkClient extends Participant {
  constructor(command, args) {
    super([]);
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', (text) => this.log.push(text));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', resolve);
    });
    this.calls = new Map();
    this.nextId = 1;
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#onLine(line));
    this.exited.then(() => this.calls.forEach(({ reject }) => reject(new Error(`client ended\n${this.log.join('')}`))));
  }

  #onLine(line) {
    let reply;
    try {
      reply = JSON.parse(line);
    } catch {
      reply = {};
    }
    const { id, result, error } = reply;
    const call = this.calls.get(id);
    if (!call) {
      this.log.push(`${line}\n`); // an SDK that logs to its standard output
      return;
    }
    this.calls.delete(id);
    if (error === undefined) {
      call.resolve(result);
    } else {
      call.reject(new Error(error));
    }
  }

  run(fn, ...args) {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.child.stdin.write(`${JSON.stringify({ id, fn, args })}\n`);
    });
  }

  connect(url, token, { single = true }) {
    return this.run('join', url, token, single);
  }

  publish() {
    return this.run('publish');
  }

  async close() {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

export class PythonClient extends SdkClient {
  constructor() {
    super(path.join(CLIENTS, 'python/.venv/bin/python'), [path.join(CLIENTS, 'python/client.py')]);
  }
}

export class NodeClient extends SdkClient {
  constructor() {
    super(process.execPath, [path.join(CLIENTS, 'node/client.js')]);
  }
}

/** The binary and the media files that the launcher built; undefined on a machine without Go. */
export const GO_CLIENT = process.env.PARLEY_GO_CLIENT;

/** Encoded media for a client without an encoder: a moving picture as VP8, a tone as Opus. */
export async function makeMedia() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-media-'));
  const media = { folder, video: path.join(folder, 'video.ivf'), audio: path.join(folder, 'audio.ogg') };
  const quiet = ['-hide_banner', '-loglevel', 'error', '-y', '-f', 'lavfi'];
  await run('ffmpeg', [...quiet, '-i', 'testsrc=size=320x180:rate=20', '-t', '60', '-c:v', 'libvpx',
    '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', '-g', '20', media.video]);
  await run('ffmpeg', [...quiet, '-i', 'sine=frequency=440:sample_rate=48000', '-t', '60', '-c:a', 'libopus',
    '-page_duration', '20000', media.audio]);
  return media;
}

export class GoClient extends SdkClient {
  constructor(media) {
    super(GO_CLIENT, []);
    this.media = media;
  }

  publish() {
    return this.run('publish', this.media.video, this.media.audio);
  }
}
