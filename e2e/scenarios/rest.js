// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The REST API: its document is valid, and the examples of the README and of docs/rest.md run as they stand.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { PageClient } from '../harness/browser.js';
import { apart, STANDALONE } from '../harness/cells.js';
import { scenario } from '../harness/scenario.js';
import { shell } from '../harness/shell.js';

const [README, DOCS] = await Promise.all(['README.md', 'docs/rest.md'].map((name) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')));
const HERE = { cells: [apart(STANDALONE, 'single')], casts: [[/** @type {const} */ ('chromium')]] };

/** Shell code, and what is shown of the last command's answer. */
const EXAMPLES = [...README.matchAll(/```sh\n(curl -H [^`]*)```/g), ...DOCS.matchAll(/```sh\n([^`]*)```(?:\n```json\n([^`]*)```)?/g)];
assert.ok(README.includes('/v1/rooms'), 'the README has an example of the REST API');

scenario('the REST API describes itself in valid OpenAPI 3.1', HERE, async ({ stack }) => {
  const validator = new Validator();
  const result = await validator.validate(/** @type {Record<string, any>} */ (await (await fetch(`${stack.httpUrl}/v1/openapi.json`)).json()));
  assert.ok(result.valid, JSON.stringify(result.errors));
  assert.equal(validator.version, '3.1');
});

scenario('the examples of the REST API run', { needs: ['media', 'data'], ...HERE }, async ({ join, stack, room }) => {
  const alice = await join('alice', { publish: ['camera'] });
  const bob = await join('bob', { publish: [] });
  await bob.sees('alice');
  await join('carol', { publish: [] });
  assert.ok(alice.client instanceof PageClient);
  await alice.client.page.evaluate("room().registerRpcMethod('greet', async ({ payload }) => `${payload} it is`)");
  const TRACK = (await stack.api().getParticipant(room, 'alice')).tracks[0].sid;
  const home = await mkdtemp(path.join(tmpdir(), 'parley-rest-'));
  try {
    // A status that says no is a failure of the command; what it says otherwise is one JSON after the other.
    await writeFile(path.join(home, '.curlrc'), 'silent\nshow-error\nfail-with-body\nwrite-out = "\\n"\n');
    const TOKEN = await stack.token('operator', room, { grant: { roomJoin: false, roomCreate: true, roomList: true, roomAdmin: true, destinationRoom: 'hall' } });
    for (const [, code, shown] of EXAMPLES) {
      const here = code.replaceAll('http://localhost:7880', stack.httpUrl).replaceAll('demo', room);
      const output = await shell(here, { CURL_HOME: home, TOKEN, TRACK });
      if (shown) {
        const last = output.trim().split('\n').at(-1) ?? '';
        assert.deepEqual(Object.keys(JSON.parse(last)), Object.keys(JSON.parse(shown)), here);
      }
    }
  } finally {
    await rm(home, { recursive: true });
  }
});
