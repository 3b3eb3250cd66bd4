// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// One participant with livekit-client: the verbs of harness/verbs.js. What happens is told in lines of the console, 'event {"event", …}'.

const { Room, RoomEvent, Track, VideoQuality, setLogLevel } = LivekitClient;
setLogLevel('debug');

const SAMPLE_MS = 150;
const FRAME_MS = 50;
const CAMERA = { width: 320, height: 180 };

// Firefox draws no canvas of a tab that is not in front. Its fake camera is each page's own; Chromium's is not: of two pages that open
// it again at the same moment, one gets no frames.
const drawsCamera = !navigator.userAgent.includes('Firefox');

let room;
let joiningAt;

/** Subscribed tracks by sid. */
const watched = new Map();

function tell(event, detail = {}) {
  console.debug(`event ${JSON.stringify({ event, ...detail })}`);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/** The same bytes in every SDK: byte i is i * 7 + (i >> 8), modulo 256. */
function pattern(size) {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 255);
}

function concat(chunks) {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function publication(identity, source) {
  const found = room.remoteParticipants.get(identity)?.getTrackPublication(source);
  if (!found) {
    throw new Error(`${identity} has no ${source}`);
  }
  return found;
}

function localPublication(source) {
  const found = room.localParticipant.getTrackPublication(source);
  if (!found) {
    throw new Error(`no ${source} of our own`);
  }
  return found;
}

/** A moving picture in colours and edges, so that an encoder has something to do. */
function drawnCamera({ width, height }) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  const square = height / 4;
  let n = 0;
  const timer = setInterval(() => {
    n++;
    context.fillStyle = `hsl(${(n * 3) % 360} 60% 40%)`;
    context.fillRect(0, 0, width, height);
    for (let i = 0; i < 4; i++) {
      context.fillStyle = `hsl(${(n * 7 + i * 90) % 360} 80% 60%)`;
      context.fillRect((n * (i + 2) * 3) % width, i * square, square, square);
    }
  }, FRAME_MS);
  const [track] = canvas.captureStream(1000 / FRAME_MS).getVideoTracks();
  track.addEventListener('ended', () => clearInterval(timer));
  return track;
}

let audio;

function playedMicrophone() {
  audio ??= new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 440 });
  const stream = audio.createMediaStreamDestination();
  tone.connect(stream);
  tone.start();
  return stream.stream.getAudioTracks()[0];
}

function listen() {
  const about = (pub, participant) => ({ identity: participant.identity, source: pub.source });
  const remote = (name) => (pub, participant) => participant.isLocal || tell(name, { ...about(pub, participant), muted: pub.isMuted });
  room.on(RoomEvent.ParticipantConnected, ({ identity }) => tell('joined', { identity }));
  room.on(RoomEvent.ParticipantDisconnected, ({ identity }) => tell('left', { identity }));
  room.on(RoomEvent.TrackPublished, remote('published'));
  room.on(RoomEvent.TrackUnpublished, remote('unpublished'));
  room.on(RoomEvent.TrackMuted, remote('muted'));
  room.on(RoomEvent.TrackUnmuted, remote('unmuted'));
  room.on(RoomEvent.TrackSubscribed, (track, pub, participant) => {
    watched.set(track.sid, { track, ...about(pub, participant) });
    tell('subscribed', about(pub, participant));
    const element = track.attach();
    element.muted = track.kind === 'video';
    document.body.append(element);
    if (track.kind === 'video') {
      element.requestVideoFrameCallback(() => tell('firstFrame', { ...about(pub, participant), afterMs: performance.now() - joiningAt }));
    }
  });
  room.on(RoomEvent.TrackUnsubscribed, (track, pub, participant) => {
    watched.delete(track.sid);
    tell('unsubscribed', about(pub, participant));
    track.detach().forEach((element) => element.remove());
  });
  const changed = (participant) => {
    const { identity, name, metadata, attributes } = participant;
    tell('changed', { identity, name, metadata, attributes });
  };
  room.on(RoomEvent.ParticipantNameChanged, (name, participant) => changed(participant));
  room.on(RoomEvent.ParticipantMetadataChanged, (before, participant) => changed(participant));
  room.on(RoomEvent.ParticipantAttributesChanged, (attributes, participant) => changed(participant));
  room.on(RoomEvent.RoomMetadataChanged, (metadata) => tell('roomChanged', { metadata }));
  room.on(RoomEvent.ParticipantPermissionsChanged, (before, { isLocal, permissions }) => isLocal && tell('ownPermission', permissions));
  const own = (name) => (pub, participant) => participant.isLocal && tell(name, { source: pub.source });
  room.on(RoomEvent.TrackMuted, own('ownMuted'));
  room.on(RoomEvent.TrackUnmuted, own('ownUnmuted'));
  room.on(RoomEvent.LocalTrackUnpublished, own('ownUnpublished'));
  room.on(RoomEvent.Moved, (name) => tell('moved', { room: name }));
  room.on(RoomEvent.Disconnected, (reason) => tell('disconnected', { reason }));
  room.on(RoomEvent.Reconnecting, () => tell('reconnecting'));
  room.on(RoomEvent.SignalReconnecting, () => tell('reconnecting'));
  room.on(RoomEvent.Reconnected, () => tell('reconnected'));
  room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) =>
    tell('data', { identity: participant?.identity, text: new TextDecoder().decode(payload), lossy: kind === 1, topic }));
  room.registerTextStreamHandler('text', async (reader, { identity }) => {
    const text = await reader.readAll();
    tell('text', { identity, length: text.length, sha256: await sha256(new TextEncoder().encode(text)) });
  });
  room.registerByteStreamHandler('bytes', async (reader, { identity }) => {
    const bytes = concat(await reader.readAll());
    tell('bytes', { identity, length: bytes.length, sha256: await sha256(bytes) });
  });
  room.registerRpcMethod('echo', async ({ callerIdentity, payload }) => `${callerIdentity} said ${payload}`);
  room.registerRpcMethod('never', () => new Promise(() => {}));
}

/** What others published before we came. */
function tellOthers() {
  for (const participant of room.remoteParticipants.values()) {
    tell('joined', { identity: participant.identity });
    for (const pub of participant.trackPublications.values()) {
      tell('published', { identity: participant.identity, source: pub.source, muted: pub.isMuted });
    }
  }
}

/** What a receiver counts. Everything grows but the size. */
function sample(report) {
  return report.kind === 'audio'
    ? { energy: report.totalAudioEnergy ?? 0 }
    : {
        frames: report.framesDecoded ?? 0,
        keyFrames: report.keyFramesDecoded ?? 0,
        keyFrameRequests: report.pliCount ?? 0,
        freezes: report.freezeCount ?? 0,
        frozenMs: Math.round((report.totalFreezesDuration ?? 0) * 1000),
        width: report.frameWidth ?? 0,
        height: report.frameHeight ?? 0,
      };
}

async function watch() {
  for (;;) {
    for (const [sid, watchedTrack] of watched) {
      const reports = await watchedTrack.track.receiver?.getStats().catch(() => new Map());
      const inbound = [...(reports?.values() ?? [])].find((report) => report.type === 'inbound-rtp');
      if (!inbound || watched.get(sid) !== watchedTrack) {
        continue;
      }
      const counted = sample(inbound);
      const text = JSON.stringify(counted);
      if (text !== watchedTrack.last) {
        watchedTrack.last = text;
        tell('media', { identity: watchedTrack.identity, source: watchedTrack.source, ...counted });
      }
    }
    await sleep(SAMPLE_MS);
  }
}

const verbs = {
  async join(url, token, { single = true, autoSubscribe = true, options = {} } = {}) {
    room = new Room({ singlePeerConnection: single, ...options });
    listen();
    joiningAt = performance.now();
    await room.connect(url, token, { autoSubscribe });
    tell('connected', { afterMs: performance.now() - joiningAt });
    tellOthers();
    watch();
  },
  async joinError(url, token) {
    try {
      await new Room().connect(url, token, { maxRetries: 0 });
      return null;
    } catch (error) {
      return { name: error.name, message: error.message, reason: error.reason, status: error.status };
    }
  },
  async publish(source, { device = !drawsCamera, simulcast = false, width = CAMERA.width, height = CAMERA.height, codec = undefined } = {}) {
    const { localParticipant } = room;
    if (device) {
      const resolution = { width, height, frameRate: 1000 / FRAME_MS };
      await (source === Track.Source.Camera
        ? localParticipant.setCameraEnabled(true, { resolution }, { simulcast })
        : localParticipant.setMicrophoneEnabled(true));
    } else {
      const track = source === Track.Source.Camera ? drawnCamera({ width, height }) : playedMicrophone();
      await localParticipant.publishTrack(track, { source, name: source, simulcast, ...(codec && { videoCodec: codec }) });
    }
  },
  async unpublish(source) {
    await room.localParticipant.unpublishTrack(localPublication(source).track);
  },
  async mute(source, muted) {
    await (muted ? localPublication(source).mute() : localPublication(source).unmute());
  },
  subscribe: (identity, source, wanted) => publication(identity, source).setSubscribed(wanted),
  setQuality: (identity, source, quality) => publication(identity, source).setVideoQuality(VideoQuality[quality]),
  setDimensions: (identity, source, width, height) => publication(identity, source).setVideoDimensions({ width, height }),
  setEnabled: (identity, source, enabled) => publication(identity, source).setEnabled(enabled),
  sendData: (text, { lossy = false, to = [], topic } = {}) =>
    room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: !lossy, destinationIdentities: to, topic }),
  async sendText(size, to = []) {
    await room.localParticipant.sendText('parley '.repeat(size / 7 + 1).slice(0, size), { topic: 'text', destinationIdentities: to });
  },
  async sendBytes(size, to = []) {
    const writer = await room.localParticipant.streamBytes({ topic: 'bytes', destinationIdentities: to, totalSize: size });
    await writer.write(pattern(size));
    await writer.close();
  },
  call: (identity, payload) => room.localParticipant.performRpc({ destinationIdentity: identity, method: 'echo', payload }),
  async callError(identity, method) {
    try {
      await room.localParticipant.performRpc({ destinationIdentity: identity, method, payload: '' });
      return null;
    } catch (error) {
      return { code: error.code, message: error.message };
    }
  },
  permit: (everyone, identities = []) =>
    room.localParticipant.setTrackSubscriptionPermissions(everyone, identities.map((identity) => ({ participantIdentity: identity, allowAll: true }))),
  loseSignal: () => room.simulateScenario('signal-reconnect'),
  leave: () => room?.disconnect(),
  connections: () => {
    const open = window.peerConnections.filter((connection) => connection.connectionState !== 'closed');
    return open.map((connection) => ({ state: connection.connectionState }));
  },
  stats: () =>
    Promise.all(window.peerConnections.map(async (connection) => ({
      state: connection.connectionState,
      signaling: connection.signalingState,
      reports: [...(await connection.getStats()).values()],
    }))),
  verbs: () => Object.keys(verbs),
};

/** How the harness calls. Only what JSON can carry goes back. */
window.run = async (verb, args) => {
  if (!Object.hasOwn(verbs, verb)) {
    throw new Error(`no such verb: ${verb}`);
  }
  const result = await verbs[verb](...args);
  return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
};

window.room = () => room;
