// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The server SDKs' own calls: every method of RoomService and AgentDispatchService, each of its errors, and what clients hear of it. All
// scenarios run once with each server SDK, so that no two are told different things.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { apart, CELLS, own } from '../harness/cells.js';
import { can, kindsHere } from '../harness/kinds.js';
import { Repeater } from '../harness/repeater.js';
import { scenario } from '../harness/scenario.js';
import { Stack } from '../harness/stack.js';

const UNMUTING = own('enable-remote-unmute', () => Stack.start({ 'parley.room.enable-remote-unmute': true }));

// LiveKit's DisconnectReason
const PARTICIPANT_REMOVED = 4;

const CASTS = kindsHere().filter((kind) => can(kind, ['roomApi'])).map((kind) => [kind]);
const OPTIONS = { axes: [/** @type {const} */ ('process')], casts: CASTS };

const NAME_LIMIT = 256;
const METADATA_LIMIT = 512 * 1024;
const ATTRIBUTES_LIMIT = 64 * 1024;
const RPC_LIMIT = 15 * 1024;

/** @typedef {Record<string, any>} Json as protobuf has it: what is not set is left out */

/** A server SDK in its process. */
class Caller {
  /** @param {import('../harness/context.js').Context} context */
  static async open({ open, stack, room, run }, url = stack.httpUrl) {
    return new Caller(await open('caller', run.cast[0]), stack, room, url);
  }

  /**
   * @param {import('../harness/participant.js').Participant} client
   * @param {import('../harness/context.js').Context['stack']} stack
   * @param {string} room
   * @param {string} url
   */
  constructor(client, stack, room, url) {
    this.client = client;
    this.stack = stack;
    this.room = room;
    this.url = url;
  }

  /** @param {string} path 'Service/Method' @param {Json} request @param {object | undefined} grant instead of what the SDK grants itself */
  async #ask(path, request, grant) {
    const token = grant && (await this.stack.token('operator', '', { grant: { roomJoin: false, room: this.room, ...grant } }));
    return /** @type {{answer?: Json, error?: {code: string, msg: string}}} */ (await this.client.roomApi(this.url, path, request, token));
  }

  /** @param {string} path @param {Json} request @param {object} [grant] @returns {Promise<Json>} */
  async call(path, request, grant) {
    const { answer, error } = await this.#ask(path, request, grant);
    assert.ok(answer, `${path}: ${error?.code}: ${error?.msg}`);
    return answer;
  }

  /** @param {Refusal} refusal */
  async isRefused([path, what, request, code, grant]) {
    const { error } = await this.#ask(path, request, grant);
    assert.equal(error?.code, code, `${path}: ${what}: ${error?.msg}`);
    assert.notEqual(error?.msg, '', `${path}: ${what}`);
  }
}

/** @typedef {[path: string, what: string, request: Json, code: string, grant?: object]} Refusal */

/** What each method needs, and a request that would be allowed. @param {string} room @returns {[string, object, Json][]} */
const METHODS = (room) => {
  const of = { room, identity: 'nobody' };
  const admin = { roomAdmin: true };
  return [
    ['RoomService/CreateRoom', { roomCreate: true }, { name: room }],
    ['RoomService/ListRooms', { roomList: true }, { names: [room] }],
    ['RoomService/DeleteRoom', { roomCreate: true }, { room }],
    ['RoomService/ListParticipants', admin, { room }],
    ['RoomService/GetParticipant', admin, of],
    ['RoomService/RemoveParticipant', admin, of],
    ['RoomService/MutePublishedTrack', admin, { ...of, trackSid: 'TR_none', muted: true }],
    ['RoomService/UpdateParticipant', admin, { ...of, metadata: 'new' }],
    ['RoomService/UpdateSubscriptions', admin, { ...of, trackSids: ['TR_none'] }],
    ['RoomService/SendData', admin, { room, data: '' }],
    ['RoomService/UpdateRoomMetadata', admin, { room, metadata: 'new' }],
    ['RoomService/PerformRpc', admin, { room, destinationIdentity: 'nobody', method: 'echo' }],
    ['RoomService/MoveParticipant', { ...admin, destinationRoom: `${room}-hall` }, { ...of, destinationRoom: `${room}-hall` }],
    ['RoomService/ForwardParticipant', { ...admin, destinationRoom: `${room}-hall` }, { ...of, destinationRoom: `${room}-hall` }],
    ['AgentDispatchService/CreateDispatch', admin, { room, agentName: 'greeter' }],
    ['AgentDispatchService/DeleteDispatch', admin, { room, dispatchId: 'AD_none' }],
    ['AgentDispatchService/ListDispatch', admin, { room }],
  ];
};

/** Those that make the room, or ask for those that are there. */
const ANSWER_WITHOUT_ROOM = new Set(['RoomService/CreateRoom', 'RoomService/ListRooms', 'RoomService/ListParticipants', 'AgentDispatchService/CreateDispatch']);

/** Of a room that is there, with nobody in it. @param {string} room @returns {Refusal[]} */
const REFUSALS = (room) => {
  const admin = { roomAdmin: true };
  const nobody = { room, identity: 'nobody' };
  const attributes = { key: 'a'.repeat(ATTRIBUTES_LIMIT) };
  const longMetadata = { metadata: 'm'.repeat(METADATA_LIMIT + 1) };
  return [
    ['RoomService/CreateRoom', 'no name', {}, 'invalid_argument'],
    ['RoomService/CreateRoom', 'a long name', { name: 'n'.repeat(NAME_LIMIT + 1) }, 'invalid_argument'],
    ['RoomService/CreateRoom', 'long metadata', { name: room, ...longMetadata }, 'invalid_argument'],
    ['RoomService/CreateRoom', 'long metadata of an agent', { name: room, agents: [{ agentName: 'greeter', ...longMetadata }] }, 'invalid_argument'],
    ['RoomService/CreateRoom', 'egress, which does not exist yet', { name: room, egress: {} }, 'internal'],
    ['RoomService/GetParticipant', 'nobody', nobody, 'not_found'],
    ['RoomService/RemoveParticipant', 'nobody', nobody, 'not_found'],
    ['RoomService/MutePublishedTrack', 'nobody', { ...nobody, trackSid: 'TR_none', muted: true }, 'not_found'],
    ['RoomService/MutePublishedTrack', 'unmuting', { ...nobody, trackSid: 'TR_none', muted: false }, 'failed_precondition'],
    ['RoomService/UpdateParticipant', 'nobody', { ...nobody, metadata: 'new' }, 'not_found'],
    ['RoomService/UpdateParticipant', 'a long name', { ...nobody, name: 'n'.repeat(NAME_LIMIT + 1) }, 'invalid_argument'],
    ['RoomService/UpdateParticipant', 'long metadata', { ...nobody, ...longMetadata }, 'invalid_argument'],
    ['RoomService/UpdateParticipant', 'long attributes', { ...nobody, attributes }, 'invalid_argument'],
    ['RoomService/UpdateParticipant', 'long attributes, before the room is looked at', { ...nobody, attributes }, 'invalid_argument', { roomAdmin: true, room: 'other' }],
    ['RoomService/UpdateSubscriptions', 'nobody', { ...nobody, trackSids: ['TR_none'] }, 'not_found'],
    ['RoomService/UpdateRoomMetadata', 'long metadata', { room, ...longMetadata }, 'invalid_argument'],
    ['RoomService/PerformRpc', 'nobody', { room, destinationIdentity: 'nobody', method: 'echo' }, 'not_found', admin],
    ['RoomService/PerformRpc', 'no recipient', { room, method: 'echo' }, 'invalid_argument', admin],
    ['RoomService/PerformRpc', 'a long payload', { room, destinationIdentity: 'nobody', method: 'echo', payload: 'p'.repeat(RPC_LIMIT + 1) }, 'malformed', admin],
    ...['RoomService/MoveParticipant', 'RoomService/ForwardParticipant'].flatMap((path) => /** @type {Refusal[]} */ ([
      [path, 'nobody', { ...nobody, destinationRoom: `${room}-hall` }, 'not_found'],
      [path, 'the room that it is in', { ...nobody, destinationRoom: room }, 'invalid_argument'],
      [path, 'no destination', nobody, 'invalid_argument', admin],
      [path, 'a destination that the token does not name', { ...nobody, destinationRoom: 'other' }, 'unauthenticated', { ...admin, destinationRoom: 'another' }],
    ])),
    ['AgentDispatchService/CreateDispatch', 'long metadata', { room, agentName: 'greeter', ...longMetadata }, 'invalid_argument'],
    ['AgentDispatchService/CreateDispatch', 'a deployment with an underscore', { room, agentName: 'greeter', deployment: 'a_b' }, 'invalid_argument'],
    ['AgentDispatchService/DeleteDispatch', 'no such dispatch', { room, dispatchId: 'AD_none' }, 'not_found'],
  ];
};

/** @param {Json} actual @param {Json} expected the fields that are looked at */
function has(actual, expected) {
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, actual[key]])), expected);
}

scenario('a server SDK is refused what it has no grant for, what is not there, and what is over the limits', { ...OPTIONS, needs: ['roomApi'] }, async (context) => {
  const { room } = context;
  const caller = await Caller.open(context);
  for (const [path, , request] of METHODS(room)) {
    if (!ANSWER_WITHOUT_ROOM.has(path)) {
      await caller.isRefused([path, 'no such room', request, 'not_found', path.endsWith('PerformRpc') ? { roomAdmin: true } : undefined]);
    }
  }
  await caller.call('RoomService/CreateRoom', { name: room });
  for (const [path, needed, request] of METHODS(room)) {
    await caller.isRefused([path, 'no grant', request, 'unauthenticated', {}]);
    if ('roomAdmin' in needed) {
      await caller.isRefused([path, 'admin of another room', request, 'unauthenticated', { roomAdmin: true, room: 'other' }]);
    } else {
      await caller.isRefused([path, 'admin', request, 'unauthenticated', { roomAdmin: true }]);
    }
  }
  for (const refusal of REFUSALS(room)) {
    await caller.isRefused(refusal);
  }
});

scenario('a server SDK makes, changes, lists and deletes rooms', { ...OPTIONS, needs: ['roomApi'] }, async (context) => {
  const { room } = context;
  const caller = await Caller.open(context);
  const made = await caller.call('RoomService/CreateRoom', { name: room, metadata: 'first', emptyTimeout: 60, departureTimeout: 30, maxParticipants: 9 });
  assert.match(made.sid, /^RM_/);
  has(made, { name: room, metadata: 'first', emptyTimeout: 60, departureTimeout: 30, maxParticipants: 9 });
  const again = await caller.call('RoomService/CreateRoom', { name: room, metadata: 'second' });
  has(again, { sid: made.sid, metadata: 'second', emptyTimeout: 60, departureTimeout: 30, maxParticipants: 9 });
  has(await caller.call('RoomService/UpdateRoomMetadata', { room, metadata: 'third' }), { sid: made.sid, metadata: 'third' });
  const { rooms } = await caller.call('RoomService/ListRooms', { names: [room, `${room}-other`] });
  assert.deepEqual(rooms.map((/** @type {Json} */ each) => [each.sid, each.metadata]), [[made.sid, 'third']]);
  const all = await caller.call('RoomService/ListRooms', {});
  assert.ok(all.rooms.some((/** @type {Json} */ each) => each.sid === made.sid));
  assert.deepEqual(await caller.call('RoomService/ListParticipants', { room }), {});
  await caller.call('RoomService/DeleteRoom', { room });
  assert.deepEqual(await caller.call('RoomService/ListRooms', { names: [room] }), {});
  await caller.isRefused(['RoomService/DeleteRoom', 'deleted already', { room }, 'not_found']);
});

scenario('a server SDK makes, lists and deletes dispatches of agents', { ...OPTIONS, needs: ['roomApi'] }, async (context) => {
  const { room } = context;
  const caller = await Caller.open(context);
  await caller.call('RoomService/CreateRoom', { name: room, agents: [{ agentName: 'recorder' }] });
  const made = await caller.call('AgentDispatchService/CreateDispatch', { room, agentName: 'greeter', metadata: 'in French' });
  assert.match(made.id, /^AD_/);
  has(made, { room, agentName: 'greeter', metadata: 'in French' });
  const listed = async (/** @type {Json} */ request) => {
    const { agentDispatches = [] } = await caller.call('AgentDispatchService/ListDispatch', { room, ...request });
    return agentDispatches.map((/** @type {Json} */ each) => each.agentName).sort();
  };
  assert.deepEqual(await listed({}), ['greeter', 'recorder']);
  assert.deepEqual(await listed({ dispatchId: made.id }), ['greeter']);
  assert.deepEqual(await listed({ dispatchId: 'AD_none' }), []);
  await caller.call('AgentDispatchService/DeleteDispatch', { room, dispatchId: made.id });
  assert.deepEqual(await listed({}), ['recorder']);
  await caller.isRefused(['AgentDispatchService/DeleteDispatch', 'deleted already', { room, dispatchId: made.id }, 'not_found']);
  await caller.call('RoomService/DeleteRoom', { room });
});

scenario('a server SDK reads, changes, tells, calls and removes participants, who hear of it', { ...OPTIONS, needs: ['roomApi', 'data', 'rpc'] }, async (context) => {
  const { join, room } = context;
  const alice = await join('alice', { kind: 'chromium' });
  const bob = await join('bob', { kind: 'chromium' });
  const caller = await Caller.open(context);
  await Promise.all([alice.speaksTo(bob, 'ready'), bob.speaksTo(alice, 'ready')]);

  const { participants } = await caller.call('RoomService/ListParticipants', { room });
  assert.deepEqual(participants.map((/** @type {Json} */ each) => [each.identity, each.state]).sort(), [['alice', 'ACTIVE'], ['bob', 'ACTIVE']]);
  const before = await caller.call('RoomService/GetParticipant', { room, identity: 'alice' });
  has(before, { identity: 'alice', name: 'alice', state: 'ACTIVE' });

  const change = { metadata: 'on stage', name: 'Alice', attributes: { hand: 'up', seat: '1' } };
  has(await caller.call('RoomService/UpdateParticipant', { room, identity: 'alice', ...change }), { sid: before.sid, ...change });
  has(await caller.call('RoomService/GetParticipant', { room, identity: 'alice' }), change);
  const areHeard = async (/** @type {Json} */ expected) => {
    for (const client of [alice, bob]) {
      await client.until(`alice is ${JSON.stringify(expected)}`, ({ events }) => {
        const last = events.filter(({ event, identity }) => event === 'changed' && identity === 'alice').at(-1);
        return last && isDeepStrictEqual({ name: last.name, metadata: last.metadata, attributes: last.attributes }, expected);
      });
    }
  };
  await areHeard(change);
  const lowered = { ...change, attributes: { seat: '1' } };
  has(await caller.call('RoomService/UpdateParticipant', { room, identity: 'alice', attributes: { hand: '' } }), lowered);
  await areHeard(lowered);

  await caller.call('RoomService/UpdateRoomMetadata', { room, metadata: 'live' });
  await Promise.all([alice, bob].map((client) => client.happens('roomChanged', { metadata: 'live' })));

  const data = (/** @type {string} */ text) => ({ room, data: Buffer.from(text).toString('base64'), kind: 'RELIABLE' });
  await caller.call('RoomService/SendData', { ...data('for bob'), destinationIdentities: ['bob', 'nobody'] });
  await caller.call('RoomService/SendData', { ...data('for all'), topic: 'news' });
  await bob.until('both', () => bob.view.packets.some(({ text }) => text === 'for all'));
  await alice.until('the second', () => alice.view.packets.some(({ text }) => text === 'for all'));
  const ofServer = (/** @type {typeof alice} */ client) => client.view.packets.filter(({ text }) => text !== 'ready').map(({ text, topic, identity }) => [text, topic, identity]);
  assert.deepEqual(ofServer(alice), [['for all', 'news', undefined]]);
  assert.deepEqual(ofServer(bob), [['for bob', undefined, undefined], ['for all', 'news', undefined]]);

  const rpc = { room, destinationIdentity: 'bob' };
  const admin = { roomAdmin: true };
  assert.match((await caller.call('RoomService/PerformRpc', { ...rpc, method: 'echo', payload: 'hi' }, admin)).payload, / said hi$/);
  await caller.isRefused(['RoomService/PerformRpc', 'unknown method', { ...rpc, method: 'nothing' }, 'invalid_argument', admin]);
  await caller.isRefused(['RoomService/PerformRpc', 'no answer', { ...rpc, method: 'never', responseTimeoutMs: 1_000 }, 'canceled', admin]);

  await caller.call('RoomService/RemoveParticipant', { room, identity: 'bob' });
  assert.equal((await bob.happens('disconnected')).reason, PARTICIPANT_REMOVED);
  await alice.happens('left', { identity: 'bob' });
  await caller.isRefused(['RoomService/GetParticipant', 'removed', { room, identity: 'bob' }, 'not_found']);
});

scenario('a server SDK mutes, subscribes and permits live', { ...OPTIONS, axes: [], needs: ['roomApi', 'media', 'mute'] }, async (context) => {
  const { join, room } = context;
  const alice = await join('alice', { kind: 'chromium' });
  const bob = await join('bob', { kind: 'chromium', publish: [] });
  const caller = await Caller.open(context);
  await bob.seesAndHears('alice');
  const { tracks, permission } = await caller.call('RoomService/GetParticipant', { room, identity: 'alice' });
  const sidOf = (/** @type {string} */ source) => tracks.find((/** @type {Json} */ track) => track.source === source)?.sid;
  const microphone = { room, identity: 'alice', trackSid: sidOf('MICROPHONE') };

  const { track } = await caller.call('RoomService/MutePublishedTrack', { ...microphone, muted: true });
  has(track, { sid: microphone.trackSid, muted: true });
  await alice.happens('ownMuted', { source: 'microphone' });
  await bob.happens('muted', { identity: 'alice', source: 'microphone' });
  await caller.isRefused(['RoomService/MutePublishedTrack', 'unmuting', { ...microphone, muted: false }, 'failed_precondition']);
  await caller.isRefused(['RoomService/MutePublishedTrack', 'no such track', { ...microphone, trackSid: 'TR_none', muted: true }, 'not_found']);
  await alice.mute('microphone', false);
  await bob.hears('alice');

  const camera = { room, identity: 'bob', trackSids: [sidOf('CAMERA')] };
  await caller.call('RoomService/UpdateSubscriptions', { ...camera, subscribe: false });
  await bob.happens('unsubscribed', { identity: 'alice', source: 'camera' });
  await bob.hears('alice');
  await caller.call('RoomService/UpdateSubscriptions', { ...camera, subscribe: true });
  await bob.seesAndHears('alice');

  const permit = async (/** @type {string} */ identity, /** @type {Json} */ change) => {
    const answer = await caller.call('RoomService/UpdateParticipant', { room, identity, permission: { ...permission, ...change } });
    const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value));
    has(answer.permission, set);
  };
  await permit('bob', { canSubscribe: false });
  await bob.until('nothing is subscribed', (view) => !view.reception('alice', 'camera') && !view.reception('alice', 'microphone'));
  await permit('bob', { canSubscribe: true });
  await bob.seesAndHears('alice');

  await permit('alice', { canPublish: false });
  for (const source of ['camera', 'microphone']) {
    await alice.happens('ownUnpublished', { source });
    await bob.happens('unpublished', { identity: 'alice', source });
  }
  assert.equal((await caller.call('RoomService/GetParticipant', { room, identity: 'alice' })).tracks, undefined);
  await permit('alice', { canPublish: true });
  await alice.until('it may publish', ({ events }) => events.filter(({ event }) => event === 'ownPermission').at(-1)?.canPublish);
  await alice.publish('microphone');
  await bob.hears('alice');
});

scenario('a participant that a server SDK moves is in the other room, on the connection that it has, and seen where it is forwarded to', { ...OPTIONS, needs: ['roomApi', 'media'] }, async (context) => {
  const { join, room } = context;
  const hall = `${room}-hall`;
  const alice = await join('alice', { kind: 'chromium' });
  const bob = await join('bob', { kind: 'chromium', publish: [] });
  const caller = await Caller.open(context);
  await bob.seesAndHears('alice');
  const connections = await alice.client.call('connections', []);

  await caller.call('RoomService/MoveParticipant', { room, identity: 'alice', destinationRoom: hall });
  await alice.happens('moved', { room: hall });
  await bob.happens('left', { identity: 'alice' });
  await caller.isRefused(['RoomService/GetParticipant', 'moved', { room, identity: 'alice' }, 'not_found']);
  has(await caller.call('RoomService/GetParticipant', { room: hall, identity: 'alice' }), { identity: 'alice', state: 'ACTIVE' });
  const carol = await join('carol', { kind: 'chromium', room: hall, placed: false });
  await Promise.all([carol.seesAndHears('alice'), alice.seesAndHears('carol')]);
  assert.deepEqual(await alice.client.call('connections', []), connections);
  assert.deepEqual(alice.view.events.filter(({ event }) => event === 'reconnecting'), []);

  await alice.client.call('loseSignal', []);
  await alice.happens('reconnected');
  await caller.call('RoomService/UpdateParticipant', { room: hall, identity: 'alice', name: 'Alice' });
  await alice.happens('changed', { identity: 'alice', name: 'Alice' });

  const back = { room: hall, identity: 'alice', destinationRoom: room };
  await caller.call('RoomService/ForwardParticipant', back);
  await caller.call('RoomService/ForwardParticipant', back);
  await bob.seesAndHears('alice');
  const { participants } = await caller.call('RoomService/ListParticipants', { room });
  assert.deepEqual(participants.map((/** @type {Json} */ each) => [each.identity, each.kindDetails]).sort(), [['alice', ['FORWARDED']], ['bob', undefined]]);
  await carol.seesAndHears('alice');
  await caller.call('RoomService/RemoveParticipant', { room, identity: 'alice' });
  await bob.until('alice left again', ({ events }) => events.filter(({ event, identity }) => event === 'left' && identity === 'alice').length === 2);
  await carol.seesAndHears('alice');
});

scenario('a participant that a server SDK moves to a room of another node joins it there', { cells: CELLS.filter(({ process }) => process === 'cluster'), casts: [['node']], needs: ['roomApi', 'media'] }, async (context) => {
  const { cell, join, room, stack } = context;
  const hall = `${room}-hall`;
  const alice = await join('alice', { kind: 'chromium' });
  const bob = await join('bob', { kind: 'chromium', publish: [] });
  await bob.seesAndHears('alice');
  const { entries } = stack;
  const elsewhere = entries[cell.seats === 'scattered' ? 0 : entries.length - 1];
  const caller = await Caller.open(context);
  await stack.api(elsewhere).createRoom({ name: hall });
  const carol = await join('carol', { kind: 'chromium', room: hall, placed: false });
  await caller.isRefused(['RoomService/ForwardParticipant', 'to another node', { room, identity: 'alice', destinationRoom: hall }, 'failed_precondition']);

  await caller.call('RoomService/MoveParticipant', { room, identity: 'alice', destinationRoom: hall });
  await bob.happens('left', { identity: 'alice' });
  await alice.happens('reconnected');
  await Promise.all([carol.seesAndHears('alice'), alice.seesAndHears('carol')]);
  has(await caller.call('RoomService/GetParticipant', { room: hall, identity: 'alice' }), { identity: 'alice', state: 'ACTIVE' });
});

scenario('a server SDK unmutes what it muted, where that is enabled', { cells: [apart(UNMUTING, 'single')], casts: [['node']], slow: true, needs: ['roomApi', 'media'] }, async (context) => {
  const { join, room } = context;
  const alice = await join('alice', { kind: 'chromium', publish: ['microphone'] });
  const bob = await join('bob', { kind: 'chromium', publish: [] });
  const caller = await Caller.open(context);
  await bob.hears('alice');
  const { tracks } = await caller.call('RoomService/GetParticipant', { room, identity: 'alice' });
  const microphone = { room, identity: 'alice', trackSid: tracks[0].sid };
  await caller.call('RoomService/MutePublishedTrack', { ...microphone, muted: true });
  await bob.happens('muted', { identity: 'alice', source: 'microphone' });
  await alice.happens('ownMuted', { source: 'microphone' });
  await caller.call('RoomService/MutePublishedTrack', { ...microphone, muted: false });
  await alice.happens('ownUnmuted', { source: 'microphone' });
  await bob.happens('unmuted', { identity: 'alice', source: 'microphone' });
  await bob.hears('alice');
});

scenario('what a server SDK asks for again, since no answer came, happens once', { ...OPTIONS, axes: [], needs: ['roomApi', 'data'] }, async (context) => {
  const { join, room, stack } = context;
  const alice = await join('alice', { kind: 'chromium' });
  const bob = await join('bob', { kind: 'chromium' });
  const repeater = await Repeater.start(stack.entries.map(({ httpUrl }) => httpUrl));
  try {
    const caller = await Caller.open(context, repeater.url);
    await caller.call('AgentDispatchService/CreateDispatch', { room, agentName: 'greeter' });
    const { agentDispatches } = await caller.call('AgentDispatchService/ListDispatch', { room });
    assert.equal(agentDispatches.filter((/** @type {Json} */ each) => each.agentName === 'greeter').length, 1);
    for (const text of ['once', 'last']) {
      await caller.call('RoomService/SendData', { room, data: Buffer.from(text).toString('base64'), kind: 'RELIABLE' });
    }
    for (const client of [alice, bob]) {
      await client.until('the last', ({ packets }) => packets.some(({ text }) => text === 'last'));
      assert.deepEqual(client.view.packets.map(({ text }) => text), ['once', 'last']);
    }
    // Made anew it would be refused.
    await caller.call('RoomService/RemoveParticipant', { room, identity: 'bob' });
    await alice.happens('left', { identity: 'bob' });
  } finally {
    await repeater.stop();
  }
});
