// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The Go SDK's own tests that need a server, as its module has them: the launcher compiles them beside the Go client, with the same versions.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { apart, shared } from '../harness/cells.js';
import { COMMANDS, kindsHere } from '../harness/kinds.js';
import { scenario } from '../harness/scenario.js';
import { shell } from '../harness/shell.js';
import { isFree } from '../harness/service.js';
import { Stack } from '../harness/stack.js';

const TESTS = [
  'TestJoin',
  'TestPublishDTMF',
  'TestJoinError',
  'TestJoinSinglePeerConnection',
  'TestPublishRequiresSinglePC',
  'TestPubSub',
  'TestResume',
  'TestSimulcastCodec',
  'TestSubscribeMutedTrack',
  'TestLimitPayloadSize',
  'TestPublishTrackMimeType',
  'TestE2EE_H264RoundTrip',
  'TestDynacastRepublish',
  'TestRegionFallbackConnects',
  'TestRegionFallbackSignalFailure',
];

/** What does not run, and why. @type {Record<string, string>} */
const EXCEPTED = {
  TestForceTLS: 'TURN over TLS',
};

/** More than any of them waits for anything. */
const TIMEOUT = '90s';

/** A constant of the tests, as is the key. */
const PORT = 7880;

/**
 * The SDK loses what it is given to send before its data channel is open, and TestJoinSinglePeerConnection gives it as soon as another has
 * joined. The first handshakes of a process may take longer than that: they are TestJoin's.
 */
const SUITE = shared(`standalone on port ${PORT}`, async () => {
  assert.ok(await isFree(PORT), `the Go SDK's own tests need port ${PORT}, and something on this machine has it`);
  const stack = await Stack.start({ 'server.port': PORT });
  await passes('TestJoin');
  return stack;
});
const HERE = { needs: ['media'], cells: [apart(SUITE, 'dual')], casts: [[/** @type {const} */ ('go')]] };

/** @param {string} test */
async function passes(test) {
  const binary = path.join(path.dirname(COMMANDS.go[0]), 'sdk.test');
  const output = await shell(`${binary} -test.v -test.timeout ${TIMEOUT} -test.run '^${test}$'`, { LIVEKIT_KEYS: 'devkey: secret' });
  assert.match(output, new RegExp(`^--- PASS: ${test} `, 'm'), 'it was not skipped');
}

if (kindsHere().includes('go')) {
  for (const test of TESTS) {
    scenario(`${test} of the Go SDK passes`, HERE, () => passes(test));
  }

  scenario('no test of the Go SDK that needs a server is left out without a reason', { ...HERE, needs: [] }, async () => {
    const folder = (await shell("cd clients/go && go list -f '{{.Dir}}' github.com/livekit/server-sdk-go/v2", {})).trim();
    const files = (await readdir(folder)).filter((name) => name.endsWith('_test.go'));
    const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
    const found = texts.filter((text) => text.includes('LIVEKIT_KEYS')).flatMap((text) => [...text.matchAll(/^func (Test\w+)\(t /gm)].map(([, name]) => name));
    assert.deepEqual(found.sort(), [...TESTS, ...Object.keys(EXCEPTED)].sort());
  });
}
