// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// One participant with the Node SDK: the verbs of harness/verbs.js. Reads {"id", "verb", "args"} lines, answers each with a line
// {"id", "result"} or {"id", "error"}, and tells what happens in lines {"event", …}.

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
  SimulateScenarioKind,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
} from '@livekit/rtc-node';
import { roomApi, webhook } from './roomapi.js';

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_MS = 50;
const SAMPLE_MS = 150;
const RATE = 48000;
const SAMPLES = 480;
const SOURCES = { camera: TrackSource.SOURCE_CAMERA, microphone: TrackSource.SOURCE_MICROPHONE };

const room = new Room();

/** @type {Record<string, {sid: string, isOn: boolean}>} by source */
const published = {};

/** What came of subscribed tracks since the last sample. */
const samples = new Map();

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const tell = (event, detail = {}) => write({ event, ...detail });

const sourceOf = (publication) => Object.keys(SOURCES).find((name) => SOURCES[name] === publication.source);
const about = (publication, participant) => ({ identity: participant.identity, source: sourceOf(publication), muted: publication.muted });
const isRemote = (participant) => room.remoteParticipants.has(participant.identity);

room.on(RoomEvent.ParticipantConnected, ({ identity }) => tell('joined', { identity }));
room.on(RoomEvent.ParticipantDisconnected, ({ identity }) => tell('left', { identity }));
room.on(RoomEvent.TrackPublished, (publication, participant) => tell('published', about(publication, participant)));
room.on(RoomEvent.TrackUnpublished, (publication, participant) => tell('unpublished', about(publication, participant)));
room.on(RoomEvent.TrackMuted, (publication, participant) => isRemote(participant) && tell('muted', about(publication, participant)));
room.on(RoomEvent.TrackUnmuted, (publication, participant) => isRemote(participant) && tell('unmuted', about(publication, participant)));
room.on(RoomEvent.TrackUnsubscribed, (track, publication, participant) => tell('unsubscribed', about(publication, participant)));
room.on(RoomEvent.TrackSubscribed, async (track, publication, participant) => {
  const which = about(publication, participant);
  tell('subscribed', which);
  if (track.kind === TrackKind.KIND_VIDEO) {
    let frames = 0;
    for await (const { frame } of new VideoStream(track)) {
      samples.set(track.sid, { ...which, frames: ++frames, width: frame.width, height: frame.height });
    }
  } else {
    let energy = 0;
    for await (const frame of new AudioStream(track)) {
      energy += Math.max(...frame.data.map(Math.abs)) / 32768;
      samples.set(track.sid, { ...which, energy });
    }
  }
});
room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) =>
  tell('data', { identity: participant?.identity, text: new TextDecoder().decode(payload), lossy: kind === 0, topic }));
room.on(RoomEvent.Disconnected, (reason) => tell('disconnected', { reason }));
room.on(RoomEvent.Reconnecting, () => tell('reconnecting'));
room.on(RoomEvent.Reconnected, () => tell('reconnected'));
room.registerTextStreamHandler('text', async (reader, { identity }) => {
  const text = await reader.readAll();
  tell('text', { identity, length: text.length, sha256: sha256(text) });
});
room.registerByteStreamHandler('bytes', async (reader, { identity }) => {
  const bytes = Buffer.concat(await reader.readAll());
  tell('bytes', { identity, length: bytes.length, sha256: sha256(bytes) });
});

setInterval(() => {
  samples.forEach((sample) => tell('media', sample));
  samples.clear();
}, SAMPLE_MS).unref();

async function film(source, publication) {
  for (let n = 0; publication.isOn; n++) {
    const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
    picture.fill((n * 5) % 256, 0, WIDTH * HEIGHT);
    source.captureFrame(new VideoFrame(picture, WIDTH, HEIGHT, VideoBufferType.I420));
    await sleep(FRAME_MS);
  }
}

async function sing(source, publication) {
  const tone = new Int16Array(SAMPLES).map((_, i) => 10000 * Math.sin((2 * Math.PI * 5 * i) / SAMPLES));
  while (publication.isOn) {
    await source.captureFrame(new AudioFrame(tone, RATE, 1, SAMPLES));
  }
}

function publication(identity, source) {
  const all = [...(room.remoteParticipants.get(identity)?.trackPublications.values() ?? [])];
  const found = all.find((each) => sourceOf(each) === source);
  if (!found) {
    throw new Error(`${identity} has no ${source}`);
  }
  return found;
}

const verbs = {
  async join(url, token, { autoSubscribe = true } = {}) {
    await room.connect(url, token, { autoSubscribe, dynacast: false });
    room.localParticipant.registerRpcMethod('echo', async ({ callerIdentity, payload }) => `${callerIdentity} said ${payload}`);
    for (const participant of room.remoteParticipants.values()) {
      tell('joined', { identity: participant.identity });
      participant.trackPublications.forEach((each) => tell('published', about(each, participant)));
    }
  },
  async publish(source) {
    const isCamera = source === 'camera';
    const media = isCamera ? new VideoSource(WIDTH, HEIGHT) : new AudioSource(RATE, 1);
    const track = isCamera ? LocalVideoTrack.createVideoTrack(source, media) : LocalAudioTrack.createAudioTrack(source, media);
    const options = { source: SOURCES[source], ...(isCamera ? { simulcast: false, videoCodec: VideoCodec.VP8 } : {}) };
    const { sid } = await room.localParticipant.publishTrack(track, new TrackPublishOptions(options));
    published[source] = { sid, isOn: true };
    (isCamera ? film : sing)(media, published[source]);
  },
  async unpublish(source) {
    published[source].isOn = false;
    await room.localParticipant.unpublishTrack(published[source].sid);
  },
  subscribe: (identity, source, wanted) => publication(identity, source).setSubscribed(wanted),
  sendData: (text, { lossy = false, to = [], topic } = {}) =>
    room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: !lossy, destination_identities: to, topic }),
  async sendText(size, to = []) {
    await room.localParticipant.sendText('parley '.repeat(size / 7 + 1).slice(0, size), { topic: 'text', destinationIdentities: to });
  },
  async sendBytes(size, to = []) {
    const writer = await room.localParticipant.streamBytes({ topic: 'bytes', destinationIdentities: to, totalSize: size });
    await writer.write(Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255));
    await writer.close();
  },
  call: (identity, payload) => room.localParticipant.performRpc({ destinationIdentity: identity, method: 'echo', payload }),
  async callError(identity, method) {
    try {
      await room.localParticipant.performRpc({ destinationIdentity: identity, method, payload: '' });
      return null;
    } catch (error) {
      return error instanceof RpcError ? { code: error.code, message: error.message } : { message: String(error) };
    }
  },
  loseSignal: () => room.simulateScenario(SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT),
  async leave() {
    Object.values(published).forEach((each) => {
      each.isOn = false;
    });
    await room.disconnect();
  },
  roomApi,
  webhook,
  stats: () => room.getRtcStats(),
  verbs: () => Object.keys(verbs),
};

const input = createInterface({ input: process.stdin });
input.on('line', async (line) => {
  const { id, verb, args } = JSON.parse(line);
  try {
    if (!Object.hasOwn(verbs, verb)) {
      throw new Error(`no such verb: ${verb}`);
    }
    write({ id, result: await verbs[verb](...args) });
  } catch (error) {
    write({ id, error: String(error) });
  }
});
input.on('close', () => process.exit(0));
