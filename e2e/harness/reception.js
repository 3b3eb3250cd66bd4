// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Where media stopped that somebody waited for in vain: the way of one track, in a line for each station, from what its
// publisher's node has to what its subscriber's SDK counts.

/** What SDKs count of a stream that they receive, under the names of the W3C's statistics, which all of them use. */
const COUNTED = ['mid', 'packetsReceived', 'packetsLost', 'framesReceived', 'framesDecoded', 'keyFramesDecoded', 'framesDropped', 'pliCount', 'nackCount', 'freezeCount'];

/** TrackSource, by the harness's names. @type {Record<string, string>} */
const SOURCES = { camera: 'CAMERA', microphone: 'MICROPHONE' };

/** Growth of a reception that did not come. */
export class Starved extends Error {
  /** @param {string} message @param {import('./participant.js').Participant} subscriber @param {string} publisher @param {string} source */
  constructor(message, subscriber, publisher, source) {
    super(message);
    this.subscriber = subscriber;
    this.publisher = publisher;
    this.source = source;
  }
}

/** @param {any[]} layers of a dump */
const layersIn = (layers) =>
  layers.map(({ packets, keyFrames, keyFramesAsked }) => `${packets} packets, ${keyFrames} key frames, ${keyFramesAsked} asked`).join('; ') || 'nothing';

/**
 * The station at the node.
 *
 * @param {any[]} seats of the room
 * @param {string} subscriber @param {string} publisher identities @param {string} source
 * @returns {{lines: string[], ssrc: number}} the SSRC that the subscriber is sent, or 0
 */
export function wayOf(seats, subscriber, publisher, source) {
  const [from, to] = [publisher, subscriber].map((name) => seats.filter(({ identity }) => identity === name).at(-1));
  const published = from?.published.find((/** @type {any} */ track) => track.source === SOURCES[source]);
  if (!from || !to || !published) {
    const missing = from && to ? `${publisher} has no ${source}` : `no seat of ${from ? subscriber : publisher}`;
    return { lines: [missing], ssrc: 0 };
  }
  const lines = [
    `${published.sid} of shard ${from.shard} in section ${published.mid || 'none'}, ${published.codec}${published.muted ? ', muted' : ''}, ` +
      `${from.connected ? '' : 'not '}connected: received ${published.packetsByLayer.join(', ')}; up: ${layersIn(published.layers)}`,
  ];
  const subscribed = to.subscribed.find((/** @type {any} */ track) => track.sid === published.sid);
  if (!subscribed) {
    lines.push(`not known on shard ${to.shard}`);
    return { lines, ssrc: 0 };
  }
  lines.push(
    `${subscribed.state} on shard ${to.shard} in section ${subscribed.mid || 'none'}, ${subscribed.wanted ? '' : 'not '}wanted, layer ${subscribed.layer}, ` +
      `${to.connected ? '' : 'not '}connected${to.awaitsDescription ? ', owes an offer or answer' : ''}: up here: ${layersIn(subscribed.layers)}; down: ${subscribed.sent} sent as ${subscribed.ssrc}, ` +
      `${subscribed.resent} again, ${subscribed.keyFrameRequests} key frames asked, last drop ${subscribed.lastDrop ?? 'none'}, ` +
      `${subscribed.heard ? 'reported on' : 'never reported on'}`,
  );
  return { lines, ssrc: subscribed.ssrc };
}

/** What an SDK counts of an SSRC, wherever it has it in its statistics; Pion's have nothing of what comes. @param {unknown} stats @param {number} ssrc */
export function countsOf(stats, ssrc) {
  /** @type {string[]} */
  const found = [];
  /** @param {any} value */
  const look = (value) => {
    if (value === null || typeof value !== 'object') {
      return;
    }
    const flat = Array.isArray(value) ? {} : flattened(value);
    if (Number(flat.ssrc) === ssrc && flat.packetsReceived !== undefined) {
      const counts = COUNTED.filter((name) => flat[name] !== undefined).map((name) => `${name} ${flat[name]}`);
      found.push([...counts, ...waitOf(flat)].join(', '));
      return;
    }
    Object.values(value).forEach(look);
  };
  look(stats);
  return found.join('; ') || 'counts nothing under that SSRC';
}

/** How long frames waited for their turn: seconds, where packets come and nobody gets to them. @param {Record<string, any>} flat */
function waitOf({ jitterBufferDelay, jitterBufferEmittedCount }) {
  const emitted = Number(jitterBufferEmittedCount ?? 0);
  return emitted > 0 ? [`each waited ${(Number(jitterBufferDelay) / emitted).toFixed(1)} s`] : [];
}

/** An object with what its members have: the Rust SDKs group what they count. @param {Record<string, any>} value */
function flattened(value) {
  const groups = Object.values(value).filter((each) => each !== null && typeof each === 'object' && !Array.isArray(each));
  return Object.assign({}, ...groups, value);
}

/**
 * Lines for the error that says it.
 *
 * @param {import('./context.js').Context} context
 * @param {Starved} starved
 * @returns {Promise<string[]>}
 */
export async function whereItStops({ stack, room }, { subscriber, publisher, source }) {
  const { lines, ssrc } = wayOf(await stack.debug(`rooms/${room}`), subscriber.identity, publisher, source);
  const [stats, reconnects] = [await subscriber.client.call('stats', []), subscriber.view.events.filter(({ event }) => event === 'reconnecting').length];
  const signaling = (Array.isArray(stats) ? stats : []).map((connection) => connection.signaling).filter(Boolean);
  const situation = [...signaling, ...(reconnects > 0 ? [`reconnected ${reconnects} times`] : [])].join(', ');
  return [...lines, `${subscriber}${situation && `, ${situation}`}: ${ssrc === 0 ? 'is sent nothing' : countsOf(stats, ssrc)}`];
}
