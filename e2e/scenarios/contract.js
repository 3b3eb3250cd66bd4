// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Clients against the table of verbs: each answers every verb that it claims, and refuses what it does not know.

import assert from 'node:assert/strict';
import { can, KINDS, kindsHere } from '../harness/kinds.js';
import { within, PATIENCE } from '../harness/patience.js';
import { scenario } from '../harness/scenario.js';
import { VERBS } from '../harness/verbs.js';

const RESULTS = {
  nothing: (/** @type {unknown} */ result) => result === undefined || result === null,
  string: (/** @type {unknown} */ result) => typeof result === 'string',
  object: (/** @type {unknown} */ result) => typeof result === 'object' && result !== null,
};

for (const kind of kindsHere()) {
  scenario(
    `the ${kind} client answers the verbs that it claims, and no others`,
    { needs: ['media', 'data'], axes: ['process'], slow: true, casts: [[kind]] },
    async ({ join, open, room, stack }) => {
      const peer = await join('peer', { kind: 'chromium', camera: { simulcast: true, width: 640, height: 360 } });
      const probe = await open('probe', kind);
      const { client } = probe;
      const claimed = Object.entries(VERBS).filter(([, { capability }]) => can(kind, [capability]));
      assert.deepEqual([...(await client.call('verbs', []))].sort(), claimed.map(([verb]) => verb).sort(), `the verbs of ${KINDS[kind].capabilities}`);
      const example = { url: stack.url, httpUrl: stack.httpUrl, token: await stack.token('probe', room), room, peer: 'peer' };
      for (const [verb, { args, result }] of claimed) {
        const answer = await within(PATIENCE.callMs, verb, client.call(verb, args(example))).catch((error) => assert.fail(`${verb}: ${error.message}`));
        assert.ok(RESULTS[result](answer), `${verb} gives ${JSON.stringify(answer)}, which is not ${result}`);
        if (verb === 'join') {
          await probe.speaksTo(peer, 'ready');
        }
      }
      await assert.rejects(client.call('dance', []), /no such verb: dance/);
    },
  );
}
