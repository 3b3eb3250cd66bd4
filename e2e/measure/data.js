// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/data.js [rounds]: 5 MB by byte stream between two Go clients on this machine, in each shape. Needs the client of
// `./parley test`.

import { bytesOf } from '../harness/expected.js';
import { Visit } from './visit.js';

const SIZE = 5_000_000;
const rounds = Number(process.argv[2] ?? 5);
const visit = await Visit.start('standalone');
for (const shape of /** @type {const} */ (['single', 'dual'])) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const room = `data-${shape}-${i}`;
    const alice = await visit.join('go', 'alice', room, { shape });
    const bob = await visit.join('go', 'bob', room, { shape });
    await alice.speaksTo(bob, 'warm up');
    const startedAt = performance.now();
    await alice.sendBytes(SIZE, []);
    const file = await bob.receives('bytes', 'alice');
    times.push(Math.round(performance.now() - startedAt));
    if (file.sha256 !== bytesOf(SIZE).sha256) {
      throw new Error('the file is not what was sent');
    }
    await alice.client.close();
    await bob.client.close();
  }
  console.log(`${shape}: 5 MB after ${times.join(', ')} ms`);
}
await visit.stop();
