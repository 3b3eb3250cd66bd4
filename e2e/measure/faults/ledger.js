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
 * Of callers who publish a track each, and of rooms that nobody was in. A session that was not the last one may have ended with its node, which
 * told nobody that its track ended.
 *
 * @param {Caller[]} callers
 * @param {string[]} others rooms that were made and deleted
 */
export function expected(callers, others) {
  const rooms = new Set([...callers.map(({ room }) => room), ...others]);
  const sessions = callers.flatMap(({ sids }) => sids);
  const earlier = callers.flatMap(({ sids }) => sids.slice(0, -1));
  return {
    needed: [
      ...[...rooms].flatMap((name) => [`room_started ${name}`, `room_finished ${name}`]),
      ...sessions.flatMap((sid) => [`participant_joined ${sid}`, `track_published ${sid}`, `participant_left ${sid}`]),
      ...sessions.filter((sid) => !earlier.includes(sid)).map((sid) => `track_unpublished ${sid}`),
    ],
    possible: earlier.map((sid) => `track_unpublished ${sid}`),
  };
}

/** @param {Request[]} got @param {ReturnType<typeof expected>} names @param {number} overAt when the fault was over */
export function account(got, { needed, possible }, overAt) {
  const ids = new Set();
  const first = got.filter(({ event }) => !ids.has(event.id) && ids.add(event.id));
  const heard = first.map(({ event }) => nameOf(/** @type {any} */ (event)));
  const distinct = new Set(heard);
  return {
    expected: needed.length + possible.filter((name) => distinct.has(name)).length,
    received: first.length,
    lost: needed.filter((name) => !distinct.has(name)),
    /** With the same id. */
    again: got.length - first.length,
    /** Under another id. */
    anew: heard.length - distinct.size,
    outOfOrder: outOfOrder(first),
    /** Joined without left, and left without joined. */
    unpaired: unpaired(heard),
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
