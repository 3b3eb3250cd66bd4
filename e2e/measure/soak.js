// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/soak.js [minutes]: three browsers in one room; prints the server's live heap after a collection and its
// resident memory every minute, then the warnings of its log. Needs jcmd of the JDK in JAVA_HOME or on the PATH.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Chromium } from '../harness/browser.js';
import { Stack } from '../harness/stack.js';

const minutes = Number(process.argv[2] ?? 10);
const run = promisify(execFile);
const jcmd = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/jcmd` : 'jcmd';

async function memory(pid) {
  await run(jcmd, [String(pid), 'GC.run']);
  const { stdout } = await run(jcmd, [String(pid), 'GC.heap_info']);
  const used = Number(/used (\d+)K/.exec(stdout)[1]);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  return `live heap ${(used / 1024).toFixed(1)} MB, RSS ${Math.round(rss / 1024)} MB`;
}

const stack = await Stack.start();
const browser = await Chromium.start();
const clients = [];
for (const identity of ['alice', 'bob', 'carol']) {
  const client = await browser.open();
  await client.join(stack, identity, 'soak');
  clients.push(client);
}
for (let minute = 0; minute <= minutes; minute++) {
  const frames = await Promise.all(
    clients.map((viewer) =>
      Promise.all(
        clients
          .filter((other) => other !== viewer)
          .map((other) => viewer.run('framesDecoded', other.identity)),
      ),
    ),
  );
  console.log(`minute ${minute}: ${await memory(stack.child.pid)}, frames decoded ${JSON.stringify(frames)}`);
  if (minute < minutes) {
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
console.log(`dropped: ${JSON.stringify((await stack.debug('shards')).map((shard) => shard.dropped))}`);
console.log(`warnings in the log: ${stack.warnings().length}`);
stack.warnings().forEach((line) => console.log(line));
await browser.stop();
await stack.stop();
