// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a receiver should have heard of calls, and what it did.

/**
 * @typedef {import('../../harness/receiver.js').Request} Request
 * @typedef {import('./crowd.js').Caller} Caller
 */

/** @param {{event: string, room?: {name: string}, participant?: {sid: string}}} event */
const nameOf = ({ event, room, participant }) => `${event} ${participant?.sid ?? room?.name}`;

/**
 * Of callers who publish a track each, and of rooms that nobody was in. A session that was not the last one may have ended before its media flowed,
 * or with its node, which told nobody that its track ended.
 *
 * @param {Caller[]} callers
 * @param {string[]} others
 * @param {Set<string>} heard
 */
function expected(callers, others, heard) {
  const rooms = new Set([...callers.map(({ room }) => room), ...others]);
  const earlier = callers.flatMap(({ sids }) => sids.slice(0, -1));
  const last = callers.flatMap(({ sids }) => sids.slice(-1));
  const isAborted = (/** @type {string} */ sid) => heard.has(`participant_connection_aborted ${sid}`);
  const all = (/** @type {string[]} */ names, /** @type {string[]} */ events) => names.flatMap((name) => events.map((event) => `${event} ${name}`));
  return [
    ...all([...rooms], ['room_started', 'room_finished']),
    ...all(last, ['participant_joined', 'track_published', 'track_unpublished', 'participant_left']),
    ...all(earlier.filter((sid) => !isAborted(sid)), ['participant_joined', 'participant_left']),
    ...all(earlier.filter(isAborted), ['participant_connection_aborted']),
    ...all(earlier, ['track_published', 'track_unpublished']).filter((name) => heard.has(name)),
  ];
}

/**
 * @param {Request[]} got
 * @param {Caller[]} callers
 * @param {string[]} others rooms that were made and deleted
 * @param {number} overAt when the fault was over
 */
export function account(got, callers, others, overAt) {
  const ids = new Set();
  const first = got.filter(({ event }) => !ids.has(event.id) && ids.add(event.id));
  const names = first.map(({ event }) => nameOf(/** @type {any} */ (event)));
  const heard = new Set(names);
  const wanted = expected(callers, others, heard);
  return {
    expected: wanted.length,
    received: wanted.filter((name) => heard.has(name)).length,
    lost: wanted.filter((name) => !heard.has(name)),
    /** With the same id. */
    again: got.length - first.length,
    /** Under another id. */
    anew: names.length - heard.size,
    outOfOrder: outOfOrder(first),
    /** Joined without left, and left without joined. */
    unpaired: unpaired(names),
    /** The longest time from what it tells of, or the end of the fault, whichever was later. */
    waitMs: Math.max(0, ...first.map(({ event, atMs }) => atMs - Math.max(overAt, 1_000 * event.createdAt))),
  };
}

/** @param {Request[]} first */
function outOfOrder(first) {
  /** @type {Map<string, number[]>} */
  const last = new Map();
  let count = 0;
  for (const { event, headers } of first) {
    const [epoch, sequence] = [Number(headers['parley-epoch']), Number(headers['parley-sequence'])];
    const [lastEpoch, lastSequence] = last.get(event.room.name) ?? [0, 0];
    count += epoch < lastEpoch || (epoch === lastEpoch && sequence < lastSequence) ? 1 : 0;
    last.set(event.room.name, [epoch, sequence]);
  }
  return count;
}

/** @param {string[]} names */
function unpaired(names) {
  const sids = (/** @type {string} */ event) => new Set(names.filter((name) => name.startsWith(`${event} `)).map((name) => name.split(' ')[1]));
  const [joined, left] = [sids('participant_joined'), sids('participant_left')];
  return [...joined].filter((sid) => !left.has(sid)).length + [...left].filter((sid) => !joined.has(sid)).length;
}
