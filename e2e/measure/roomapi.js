// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/roomapi.js [seconds] [url [key secret]]: calls of the room API a second, over sixteen connections, each with the next
// call as soon as the last is answered: CreateRoom of a room that exists, and ListRooms of one room. Without a URL, of a standalone
// process of its own; with one, of whatever serves it, such as livekit-server. A first round warms up. For figures a core, pin
// the server to one and this to another (taskset); where others use the machine too, the server's CPU time for a call says more
// (the pid in SERVER_PID). The client says how busy it was itself: near 100 % of a core, it is what was measured.

import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { AccessToken } from 'livekit-server-sdk';

const CONNECTIONS = 16;
const ROOM = 'measured';

const [seconds, url, key, secret] = [Number(process.argv[2] ?? 10), process.argv[3], process.argv[4] ?? 'devkey', process.argv[5] ?? 'secret'];

async function serve() {
  if (url) {
    return { httpUrl: url, pid: process.env.SERVER_PID, stop: async () => {} };
  }
  const { Stack } = await import('../harness/stack.js');
  const stack = await Stack.start();
  return { httpUrl: stack.httpUrl, pid: stack.entries[0].child.pid, stop: () => stack.stop() };
}

/** CPU time of the server until now, in ms: fields 14 and 15 of its stat, counted in hundredths of a second. */
async function cpuMs() {
  if (!server.pid) {
    return NaN;
  }
  const stat = await readFile(`/proc/${server.pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const token = new AccessToken(key, secret, { identity: 'measure', ttl: '1h' });
token.addGrant({ roomCreate: true, roomList: true });
const jwt = await token.toJwt();

/** A request as bytes: an HTTP client of Node would take more than the server that is measured. @param {URL} base @param {string} method @param {object} body */
function request(base, method, body) {
  const json = JSON.stringify(body);
  return Buffer.from(
    `POST /twirp/livekit.RoomService/${method} HTTP/1.1\r\nHost: ${base.host}\r\nAuthorization: Bearer ${jwt}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}

/** Sends one request after the other until the time is over. @param {URL} base @param {Buffer} bytes @param {number} untilMs @returns {Promise<number[]>} how long each took, in ms */
function call(base, bytes, untilMs) {
  return new Promise((resolve, reject) => {
    /** @type {number[]} */
    const took = [];
    const socket = connect(Number(base.port), base.hostname, () => send());
    socket.setNoDelay(true);
    let sentAt = 0;
    let received = '';
    const send = () => {
      sentAt = performance.now();
      socket.write(bytes);
    };
    socket.on('data', (data) => {
      received += data.toString('latin1');
      const head = received.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(received);
      if (head < 0 || !length || received.length < head + 4 + Number(length[1])) {
        return;
      }
      if (!received.startsWith('HTTP/1.1 200')) {
        reject(new Error(received));
        socket.destroy();
        return;
      }
      received = '';
      took.push(performance.now() - sentAt);
      if (Date.now() < untilMs) {
        send();
      } else {
        socket.destroy();
        resolve(took);
      }
    });
    socket.on('error', reject);
  });
}

/** @param {URL} base @param {string} method @param {object} body @param {boolean} isReported */
async function round(base, method, body, isReported) {
  const bytes = request(base, method, body);
  const startedAt = performance.now();
  const usedMs = await cpuMs();
  const ownBefore = process.cpuUsage();
  const untilMs = Date.now() + seconds * 1000;
  const took = (await Promise.all(Array.from({ length: CONNECTIONS }, () => call(base, bytes, untilMs)))).flat().sort((a, b) => a - b);
  const elapsedS = (performance.now() - startedAt) / 1000;
  if (isReported) {
    const percentile = (/** @type {number} */ p) => took[Math.floor((took.length - 1) * p)].toFixed(2);
    const costUs = Math.round((1000 * ((await cpuMs()) - usedMs)) / took.length);
    const own = process.cpuUsage(ownBefore);
    console.log(
      `${method}: ${Math.round(took.length / elapsedS)}/s, ${costUs} µs of CPU a call, p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms ` +
        `(client: ${Math.round((own.user + own.system) / 1e4 / elapsedS)} % of a core)`,
    );
  }
}

const server = await serve();
const base = new URL(server.httpUrl);
for (const isReported of [false, true]) {
  await round(base, 'CreateRoom', { name: ROOM }, isReported);
  await round(base, 'ListRooms', { names: [ROOM] }, isReported);
}
await server.stop();
process.exit(0);
