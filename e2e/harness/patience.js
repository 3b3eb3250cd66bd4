// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// How long anything may take. Nothing in these tests waits without one of these bounds.

/** On a machine that is slow or busy, raise this and nothing else. */
const SCALE = Number(process.env.PARLEY_PATIENCE ?? 1);

const seconds = (/** @type {number} */ s) => s * 1000 * SCALE;

export const PATIENCE = {
  /** An answer of a client or a service to one call. */
  callMs: seconds(30),
  /** Something that somebody is to notice. */
  eventMs: seconds(30),
  /** The start or stop of a service, a browser or a client. */
  startMs: seconds(120),
  /** Everything that a failure wants to keep, each piece. */
  keepMs: seconds(5),
  scenarioMs: seconds(180),
  /** A whole run, after which the process ends whatever goes on. */
  runMs: seconds(40 * 60),
};

export const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What the promise gives, if it does so in time.
 *
 * @template T
 * @param {number} ms
 * @param {string} what that did not happen
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(ms, what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks again and again, for what does not tell by itself, until the answer is truthy.
 *
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} ask
 * @param {number} ms
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, ms = PATIENCE.eventMs) {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await within(PATIENCE.callMs, what, Promise.resolve(ask()));
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${ms / 1000} s`);
    }
    await sleep(50);
  }
}
