// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/soak.js [minutes]: three browsers in one room; prints the server's live heap after a collection and its
// resident memory every minute, then the warnings of its log. Needs jcmd of the JDK in JAVA_HOME or on the PATH.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { sleep } from '../harness/patience.js';
import { Visit } from './visit.js';

const minutes = Number(process.argv[2] ?? 10);
const run = promisify(execFile);
const jcmd = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/jcmd` : 'jcmd';

/** @param {number | undefined} pid */
async function memory(pid) {
  await run(jcmd, [String(pid), 'GC.run']);
  const { stdout } = await run(jcmd, [String(pid), 'GC.heap_info']);
  const usedKb = Number(/used (\d+)K/.exec(stdout)?.[1]);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return `live heap ${(usedKb / 1024).toFixed(1)} MB, RSS ${Math.round(rssKb / 1024)} MB`;
}

const visit = await Visit.start('standalone');
/** @type {import('../harness/participant.js').Participant[]} */
const all = [];
for (const identity of ['alice', 'bob', 'carol']) {
  all.push(await visit.join('chromium', identity, 'soak', { publish: ['camera', 'microphone'] }));
}
const [service] = visit.stack.services;
for (let minute = 0; minute <= minutes; minute++) {
  const frames = all.map((viewer) => all.filter((other) => other !== viewer).map((other) => viewer.view.reception(other.identity, 'camera')?.frames));
  console.log(`minute ${minute}: ${await memory(service.child.pid)}, frames decoded ${JSON.stringify(frames)}`);
  if (minute < minutes) {
    await sleep(60_000);
  }
}
console.log(`dropped: ${JSON.stringify((await visit.stack.debug('shards')).map(({ dropped }) => dropped))}`);
console.log(`warnings in the log: ${visit.stack.warnings().length}`);
visit.stack.warnings().forEach((line) => console.log(line));
await visit.stop();
