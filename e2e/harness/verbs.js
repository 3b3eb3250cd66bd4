// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// What a scenario can have a client do: the one table that page.js, client.js, client.py and the Go client implement, each as far as its
// kind (kinds.js) claims the capability. The other half of a client is what it tells by itself: see view.js.

import { createHash } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';

/**
 * @typedef {{url: string, httpUrl: string, token: string, room: string, peer: string}} Example what a contract test has at hand: a
 *     token for a room in which `peer` publishes camera (in layers) and microphone
 * @typedef {object} Verb
 * @property {string} capability what a kind claims to have it
 * @property {(example: Example) => unknown[]} args an example of each argument; trailing ones may be left out in calls
 * @property {'nothing' | 'string' | 'object'} result
 */

const WEBHOOK = '{"event":"room_started","id":"EV_1"}';
const signature = new AccessToken('devkey', 'secret', { ttl: '1h' });
signature.sha256 = createHash('sha256').update(WEBHOOK).digest('base64');
const SIGNATURE = await signature.toJwt();

/** In an order in which one client can do them all. @satisfies {Record<string, Verb>} */
export const VERBS = {
  /** The names of all verbs that it has. */
  verbs: { capability: 'join', args: () => [], result: 'object' },
  /** url, token: what a client says that is not let in. */
  joinError: { capability: 'refusal', args: ({ url }) => [url, 'not a token'], result: 'object' },
  /** url, token, {single, autoSubscribe} and in browsers {options} of the Room. */
  join: { capability: 'join', args: ({ url, token }) => [url, token, { single: true, autoSubscribe: true }], result: 'nothing' },
  /** 'camera' or 'microphone', and in browsers {device, simulcast, width, height}. */
  publish: { capability: 'media', args: () => ['camera', {}], result: 'nothing' },
  /** source, whether muted. */
  mute: { capability: 'mute', args: () => ['camera', true], result: 'nothing' },
  unpublish: { capability: 'unpublish', args: () => ['camera'], result: 'nothing' },
  /** identity, source, whether it is wanted. */
  subscribe: { capability: 'subscribe', args: ({ peer }) => [peer, 'camera', true], result: 'nothing' },
  /** identity, source, 'LOW', 'MEDIUM' or 'HIGH'. */
  setQuality: { capability: 'quality', args: ({ peer }) => [peer, 'camera', 'LOW'], result: 'nothing' },
  /** identity, source, width, height of what is shown. */
  setDimensions: { capability: 'layers', args: ({ peer }) => [peer, 'camera', 320, 180], result: 'nothing' },
  /** identity, source, whether it is shown. */
  setEnabled: { capability: 'layers', args: ({ peer }) => [peer, 'camera', true], result: 'nothing' },
  /** text, {lossy, to: identities, topic}. */
  sendData: { capability: 'data', args: ({ peer }) => ['text', { lossy: false, to: [peer], topic: 'topic' }], result: 'nothing' },
  /** size, identities: text of expected.js by a text stream with topic 'text'. */
  sendText: { capability: 'streams', args: ({ peer }) => [1_000, [peer]], result: 'nothing' },
  /** size, identities: bytes of expected.js by a byte stream with topic 'bytes'. */
  sendBytes: { capability: 'streams', args: ({ peer }) => [1_000, [peer]], result: 'nothing' },
  /** identity, payload: what its method 'echo' says, '<caller> said <payload>'. */
  call: { capability: 'rpc', args: ({ peer }) => [peer, 'payload'], result: 'string' },
  /** identity, method: {code} of the error. */
  callError: { capability: 'rpc', args: ({ peer }) => [peer, 'nothing'], result: 'object' },
  /** Whether everyone may subscribe to its tracks, and else identities that may. */
  permit: { capability: 'permit', args: ({ peer }) => [true, [peer]], result: 'nothing' },
  /** The peer connections that the SDK made and did not close: [{state}]. */
  connections: { capability: 'connections', args: () => [], result: 'object' },
  /** Everything that it counts, in its own words, for a failure to keep. */
  stats: { capability: 'join', args: () => [], result: 'object' },
  loseSignal: { capability: 'resume', args: () => [], result: 'nothing' },
  leave: { capability: 'join', args: () => [], result: 'nothing' },
  /**
   * url of the API, 'Service/Method', request in protobuf's JSON, token instead of one that the SDK signs with the dev key: {answer} in
   * protobuf's JSON or {error: {code, msg}}.
   */
  roomApi: { capability: 'roomApi', args: ({ httpUrl, room }) => [httpUrl, 'RoomService/ListRooms', { names: [room] }], result: 'object' },
  /** body and Authorization header of a webhook: what the SDK's receiver makes of it, in protobuf's JSON. */
  webhook: { capability: 'webhook', args: () => [WEBHOOK, SIGNATURE], result: 'object' },
};
