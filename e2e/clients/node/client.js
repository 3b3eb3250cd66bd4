// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// One participant with the Node SDK. Reads {"id", "fn", "args"} lines and answers each with a line.

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  LocalVideoTrack,
  Room,
  RoomEvent,
  RpcError,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
} from '@livekit/rtc-node';

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_MS = 50;
const RATE = 48000;
const SAMPLES = 480;

const room = new Room();
const frames = {};
const energy = {};
const received = { packets: [], texts: [], files: [] };
let reason;
let isPublishing = false;

const sha256 = (data) => createHash('sha256').update(data).digest('hex');

room.on(RoomEvent.TrackSubscribed, async (track, publication, participant) => {
  const { identity } = participant;
  if (track.kind === TrackKind.KIND_VIDEO) {
    for await (const _ of new VideoStream(track)) {
      frames[identity] = (frames[identity] ?? 0) + 1;
    }
  } else {
    for await (const frame of new AudioStream(track)) {
      energy[identity] = (energy[identity] ?? 0) + Math.max(...frame.data.map(Math.abs)) / 32768;
    }
  }
});
room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) => {
  received.packets.push({ identity: participant?.identity, text: new TextDecoder().decode(payload), lossy: kind === 0, topic });
});
room.on(RoomEvent.Disconnected, (why) => {
  reason = why;
});
room.registerTextStreamHandler('text', async (reader, { identity }) => {
  const text = await reader.readAll();
  received.texts.push({ identity, length: text.length, sha256: sha256(text) });
});
room.registerByteStreamHandler('bytes', async (reader, { identity }) => {
  const bytes = Buffer.concat(await reader.readAll());
  received.files.push({ identity, length: bytes.length, sha256: sha256(bytes) });
});

async function film(source) {
  for (let n = 0; isPublishing; n++) {
    const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
    picture.fill((n * 5) % 256, 0, WIDTH * HEIGHT);
    source.captureFrame(new VideoFrame(picture, WIDTH, HEIGHT, VideoBufferType.I420));
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
}

async function sing(source) {
  const tone = new Int16Array(SAMPLES).map((_, i) => 10000 * Math.sin((2 * Math.PI * 5 * i) / SAMPLES));
  while (isPublishing) {
    await source.captureFrame(new AudioFrame(tone, RATE, 1, SAMPLES));
  }
}

const functions = {
  async join(url, token) {
    await room.connect(url, token, { autoSubscribe: true, dynacast: false });
    room.localParticipant.registerRpcMethod('echo', async ({ callerIdentity, payload }) => `${callerIdentity} said ${payload}`);
  },
  async publish() {
    isPublishing = true;
    const video = new VideoSource(WIDTH, HEIGHT);
    await room.localParticipant.publishTrack(
      LocalVideoTrack.createVideoTrack('camera', video),
      new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast: false, videoCodec: VideoCodec.VP8 }),
    );
    const audio = new AudioSource(RATE, 1);
    await room.localParticipant.publishTrack(
      LocalAudioTrack.createAudioTrack('microphone', audio),
      new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
    );
    film(video);
    sing(audio);
  },
  async leave() {
    isPublishing = false;
    await room.disconnect();
  },
  framesDecoded: (identity, atLeast = 1) => ((frames[identity] ?? 0) >= atLeast ? frames[identity] : 0),
  audioEnergy: (identity) => energy[identity] ?? 0,
  hasParticipant: (identity) => room.remoteParticipants.has(identity),
  lacksParticipant: (identity) => !room.remoteParticipants.has(identity),
  sendData: (text, { lossy = false, to = [], topic } = {}) =>
    room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: !lossy, destination_identities: to, topic }),
  hasData: (identity, text) => received.packets.find((p) => p.identity === identity && p.text === text),
  received: () => received.packets,
  async sendText(size, to = []) {
    await room.localParticipant.sendText('parley '.repeat(size / 7 + 1).slice(0, size), { topic: 'text', destinationIdentities: to });
  },
  hasText: (identity) => received.texts.find((t) => t.identity === identity),
  async sendBytes(size, to = []) {
    const writer = await room.localParticipant.streamBytes({ topic: 'bytes', destinationIdentities: to, totalSize: size });
    await writer.write(Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255));
    await writer.close();
  },
  hasBytes: (identity) => received.files.find((f) => f.identity === identity),
  call: (identity, payload) => room.localParticipant.performRpc({ destinationIdentity: identity, method: 'echo', payload }),
  async callError(identity, method) {
    try {
      await room.localParticipant.performRpc({ destinationIdentity: identity, method, payload: '' });
      return null;
    } catch (error) {
      return error instanceof RpcError ? { code: error.code, message: error.message } : { message: String(error) };
    }
  },
  disconnectReason: () => reason,
  state: () => ({ frames, energy, packets: received.packets.length, reason }),
};

const input = createInterface({ input: process.stdin });
input.on('line', async (line) => {
  const { id, fn, args } = JSON.parse(line);
  let reply;
  try {
    reply = { id, result: await functions[fn](...args) };
  } catch (error) {
    reply = { id, error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
});
input.on('close', () => process.exit(0));
