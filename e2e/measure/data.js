// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/data.js [rounds]: 5 MB by byte stream between two Go clients on this machine, in each shape. Needs the client of
// `./parley test` in PARLEY_GO_CLIENT.

import { bytesOf } from '../harness/expected.js';
import { GoClient } from '../harness/sdk.js';
import { Stack } from '../harness/stack.js';

const SIZE = 5_000_000;
const rounds = Number(process.argv[2] ?? 5);
const stack = await Stack.start();
for (const single of [true, false]) {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const [alice, bob] = [new GoClient({}), new GoClient({})];
    const room = `data-${single}-${i}`;
    await alice.join(stack, 'alice', room, { publish: false, single });
    await bob.join(stack, 'bob', room, { publish: false, single });
    await alice.speaksTo(bob, 'warm up');
    const startedAt = performance.now();
    await alice.run('sendBytes', SIZE);
    const file = await bob.until('the file', 'hasBytes', 'alice');
    times.push(Math.round(performance.now() - startedAt));
    if (file.sha256 !== bytesOf(SIZE).sha256) {
      throw new Error('the file is not what was sent');
    }
    await alice.close();
    await bob.close();
  }
  console.log(`${single ? 'one peer connection ' : 'two peer connections'}: 5 MB after ${times.join(', ')} ms`);
}
await stack.stop();
process.exit(0);
