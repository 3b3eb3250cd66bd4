// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// node measure/joinstorm.js [joins a minute] [seconds] [url]: joins at an even pace, whether or not those before are through, into twenty
// rooms, each left again after five to fifteen seconds; how long until the join response is there, and how many were told to come
// back. Of signal sockets alone: no media, so that what is measured is the server and not twenty browsers.

import { connect } from 'node:net';
import { AccessToken } from 'livekit-server-sdk';

const ROOMS = 20;

/** A WebSocket frame, masked with zeros, that holds SignalRequest.leave, empty. */
const LEAVE = Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0x42, 0x00]);

const [perMinute, seconds, url] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 60), process.argv[4]];

async function serve() {
  if (url) {
    return { url, stop: async () => {} };
  }
  const { Stack } = await import('../harness/stack.js');
  return Stack.start();
}

/** @param {string} identity @param {string} room */
async function token(identity, room) {
  const access = new AccessToken('devkey', 'secret', { identity, ttl: '1h' });
  access.addGrant({ roomJoin: true, room });
  return access.toJwt();
}

/** By hand, since a WebSocket library would take its share of the machine. @param {string} jwt @param {number} stayMs @returns {Promise<{tookMs?: number}>} */
function visit(jwt, stayMs) {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.url);
    const startedAt = performance.now();
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `GET /rtc?access_token=${jwt}&protocol=16&sdk=js&auto_subscribe=1 HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      ),
    );
    let received = Buffer.alloc(0);
    let isIn = false;
    socket.on('data', (data) => {
      if (isIn) {
        return;
      }
      received = Buffer.concat([received, data]);
      const head = received.indexOf('\r\n\r\n');
      if (!received.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        socket.destroy(); // told to come back
      } else if (head > 0 && received.length > head + 4) {
        isIn = true; // the upgrade waits for the join response, which is sent with it
        resolve({ tookMs: performance.now() - startedAt });
        setTimeout(() => socket.write(LEAVE), stayMs);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve({}));
  });
}

/** @param {number} count @param {number} stayMs */
async function storm(count, stayMs) {
  const tokens = await Promise.all(Array.from({ length: count }, (_, i) => token(`visitor-${i}`, `storm-${i % ROOMS}`)));
  const startedAt = performance.now();
  const visits = tokens.map(async (jwt, i) => {
    await new Promise((due) => setTimeout(due, startedAt + (i * 60_000) / perMinute - performance.now()));
    return visit(jwt, stayMs + Math.random() * 2 * stayMs);
  });
  return Promise.all(visits);
}

const server = await serve();
await storm(100, 100); // the first joins warm the server up
const results = await storm(Math.round((perMinute * seconds) / 60), 5_000);
const took = results.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs])).sort((a, b) => a - b);
const percentile = (/** @type {number} */ p) => Math.round(took[Math.floor((took.length - 1) * p)] ?? NaN);
console.log(`${perMinute} joins a minute: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, max ${percentile(1)} ms; ${results.length - took.length} of ${results.length} refused`);
await server.stop();
process.exit(0);
