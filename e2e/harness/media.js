// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Encoded media for a client without encoders: a moving picture as VP8, a tone as Opus. Clients play them over and over.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { spawned } from './children.js';
import { PATIENCE, within } from './patience.js';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-y', '-f', 'lavfi'];
const VP8 = ['-t', '10', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', '-g', '20'];
const OPUS = ['-t', '10', '-c:a', 'libopus', '-page_duration', '20000'];

/** @param {string[]} args */
async function ffmpeg(args) {
  const child = spawned('ffmpeg', args);
  let log = '';
  child.stderr.on('data', (text) => {
    log += text;
  });
  const code = await within(PATIENCE.startMs, 'ffmpeg', new Promise((resolve) => child.once('close', resolve)));
  if (code !== 0) {
    throw new Error(`ffmpeg: ${log}`);
  }
}

export class Media {
  static async make() {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-media-'));
    await Promise.all([
      ffmpeg([...QUIET, '-i', 'testsrc=size=320x180:rate=20', ...VP8, path.join(folder, 'video.ivf')]),
      ffmpeg([...QUIET, '-i', 'sine=frequency=440:sample_rate=48000', ...OPUS, path.join(folder, 'audio.ogg')]),
    ]);
    return new Media(folder);
  }

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  async stop() {
    await rm(this.folder, { recursive: true });
  }
}
