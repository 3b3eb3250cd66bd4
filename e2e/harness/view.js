// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a participant knows of its room, folded from the events that its client tells, which are the same for all kinds:
//
//   joined, left                                  {identity}
//   published, unpublished, muted, unmuted        {identity, source, muted}
//   subscribed, unsubscribed                      {identity, source}
//   media                                         {identity, source} and, as far as the SDK knows: frames, energy, width, height, keyFrames,
//                                                 keyFrameRequests, freezes, frozenMs; counts since whenever, only when they change
//   connected, firstFrame                         {afterMs}: since the start of the join, in browsers
//   data                                          {identity, text, lossy, topic}
//   changed                                       {identity, name, metadata, attributes} as they are now, in browsers
//   roomChanged                                   {metadata}, in browsers
//   ownPermission                                 what a change of its own permission left, in LiveKit's names, in browsers
//   ownMuted, ownUnmuted, ownUnpublished          {source}: of the client's own track, in browsers
//   moved                                         {room}: to another room by a server, on the connection that it has; in browsers
//   text, bytes                                   {identity, length, sha256}
//   reconnecting, reconnected
//   disconnected                                  {reason}: the number in LiveKit's DisconnectReason

/** @typedef {{event: string, atMs: number, [detail: string]: any}} ClientEvent */

const COUNTS = ['frames', 'energy', 'keyFrames', 'keyFrameRequests', 'freezes', 'frozenMs'];

/** What came of one subscription. Counts start at its first sample: an SDK may go on counting where an earlier subscription ended. */
export class Reception {
  /** @type {Record<string, number>} */
  #start = {};
  frames = 0;
  energy = 0;
  keyFrames = 0;
  keyFrameRequests = 0;
  freezes = 0;
  frozenMs = 0;
  width = 0;
  height = 0;

  /** @param {any} sample */
  add(sample) {
    for (const count of COUNTS.filter((name) => sample[name] !== undefined)) {
      this.#start[count] ??= sample[count];
      Object.assign(this, { [count]: sample[count] - this.#start[count] });
    }
    this.width = sample.width ?? this.width;
    this.height = sample.height ?? this.height;
  }
}

class Track {
  isMuted = false;
  /** @type {Reception | undefined} while it is subscribed */
  reception;
}

export class View {
  /** Tracks by source, of each participant by identity. @type {Map<string, Map<string, Track>>} */
  #others = new Map();
  /** @type {ClientEvent[]} without media samples */
  events = [];

  /** @param {ClientEvent} event */
  add(event) {
    const { identity, source } = event;
    if (event.event === 'media') {
      this.track(identity, source)?.reception?.add(event);
      return;
    }
    this.events.push(event);
    switch (event.event) {
      case 'joined':
        this.#tracks(identity);
        break;
      case 'left':
        this.#others.delete(identity);
        break;
      case 'published':
      case 'muted':
      case 'unmuted':
        this.#publish(identity, source).isMuted = event.event === 'published' ? event.muted : event.event === 'muted';
        break;
      case 'unpublished':
        this.#others.get(identity)?.delete(source);
        break;
      case 'subscribed':
        this.#publish(identity, source).reception = new Reception();
        break;
      case 'unsubscribed': {
        const track = this.track(identity, source);
        if (track) {
          track.reception = undefined;
        }
      }
    }
  }

  /** @param {string} identity */
  #tracks(identity) {
    let tracks = this.#others.get(identity);
    if (!tracks) {
      tracks = new Map();
      this.#others.set(identity, tracks);
    }
    return tracks;
  }

  /** @param {string} identity @param {string} source */
  #publish(identity, source) {
    const tracks = this.#tracks(identity);
    const track = tracks.get(source) ?? new Track();
    tracks.set(source, track);
    return track;
  }

  get participants() {
    return [...this.#others.keys()].sort();
  }

  /** @param {string} identity */
  has(identity) {
    return this.#others.has(identity);
  }

  /** @param {string} identity @param {string} source */
  track(identity, source) {
    return this.#others.get(identity)?.get(source);
  }

  /** @param {string} identity @param {string} source */
  isMuted(identity, source) {
    return this.track(identity, source)?.isMuted === true;
  }

  /** @param {string} identity @param {string} source */
  reception(identity, source) {
    return this.track(identity, source)?.reception;
  }

  /** The first such event. @param {string} name @param {Record<string, unknown>} match @returns {ClientEvent | undefined} */
  happened(name, match = {}) {
    return this.events.find((event) => event.event === name && Object.entries(match).every(([key, value]) => event[key] === value));
  }

  /** Data packets. */
  get packets() {
    return this.events.filter((event) => event.event === 'data');
  }
}
