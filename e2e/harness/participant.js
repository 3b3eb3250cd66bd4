// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

import { can } from './kinds.js';
import { PATIENCE, sleep, within } from './patience.js';
import { Starved } from './reception.js';
import { VERBS } from './verbs.js';

const LAST_EVENTS = 12;
const SHOWN = 60;

/** Long ones, such as tokens, by their beginning. @param {unknown} arg */
const shown = (arg) => `${JSON.stringify(arg)}`.slice(0, SHOWN);

/**
 * @typedef {{[V in keyof typeof VERBS]: (...args: any[]) => Promise<any>}} Verbs
 * @typedef {import('./client.js').Client} Client
 */

/** Has a method for each verb of the table. */
const Speaker = /** @type {new () => Verbs} */ (
  class {
    static {
      for (const verb of Object.keys(VERBS)) {
        Object.defineProperty(this.prototype, verb, {
          value(/** @type {unknown[]} */ ...args) {
            return this.run(verb, args);
          },
        });
      }
    }
  }
);

/** What scenarios do with a client of any kind. */
export class Participant extends Speaker {
  /**
   * @param {Client} client
   * @param {string} identity
   * @param {readonly string[]} needs the capabilities that the scenario said it needs; others are refused, so that the plan stays true
   */
  constructor(client, identity, needs) {
    super();
    this.client = client;
    this.identity = identity;
    this.needs = needs;
  }

  get kind() {
    return this.client.kind;
  }

  get view() {
    return this.client.view;
  }

  /** @override */
  toString() {
    return `${this.identity} (${this.kind})`;
  }

  /** @param {keyof typeof VERBS} verb @param {unknown[]} args */
  async run(verb, args) {
    const { capability } = VERBS[verb];
    if (!this.needs.includes(capability) || !can(this.kind, [capability])) {
      throw new Error(`${this}: ${verb} needs the capability ${capability}, which the scenario does not name in its needs`);
    }
    try {
      return await within(PATIENCE.callMs, verb, this.client.call(verb, args));
    } catch (error) {
      throw new Error(`${this}: ${verb}(${args.map(shown).join(', ')}) failed: ${error.message}\n${this.#situation()}`);
    }
  }

  /**
   * Waits for the events that make the condition true, and gives what it gives.
   *
   * @template T
   * @param {string} what
   * @param {(view: import('./view.js').View) => T} condition
   * @param {number} ms
   * @returns {Promise<NonNullable<T>>}
   */
  async until(what, condition, ms = PATIENCE.eventMs) {
    /** @type {() => void} */
    let stop = () => {};
    const happened = new Promise((resolve) => {
      const look = () => {
        const value = condition(this.view);
        if (value) {
          resolve(value);
        }
      };
      stop = this.client.listen(look);
      look();
    });
    try {
      return await within(ms, `${this}: ${what}`, happened);
    } catch (error) {
      throw new Error(`${error.message}\n${this.#situation()}`);
    } finally {
      stop();
    }
  }

  /** The event with this name, which may have happened already. @param {string} name */
  happens(name, match = {}) {
    return this.until(`${name} ${JSON.stringify(match)}`, (view) => view.happened(name, match));
  }

  /** Sees that many frames from now on. @param {string} identity */
  sees(identity, frames = 5) {
    return this.#grows(identity, 'camera', 'frames', frames);
  }

  /** Hears sound from now on. @param {string} identity */
  hears(identity) {
    return this.#grows(identity, 'microphone', 'energy', Number.MIN_VALUE);
  }

  /** @param {string} identity */
  async seesAndHears(identity) {
    await Promise.all([this.sees(identity), this.hears(identity)]);
  }

  /** @param {string} identity @param {string} source @param {'frames' | 'energy'} count @param {number} by */
  async #grows(identity, source, count, by) {
    const before = this.view.reception(identity, source);
    const from = before?.[count] ?? 0;
    try {
      await this.until(`${by} more ${count} of ${identity}`, (view) => {
        const now = view.reception(identity, source);
        return now && now[count] - (now === before ? from : 0) >= by;
      });
    } catch (error) {
      throw new Starved(error.message, this, identity, source);
    }
  }

  /** @param {string} identity @param {string} text */
  reads(identity, text) {
    return this.until(`'${text}' of ${identity}`, (view) => view.packets.find((packet) => packet.identity === identity && packet.text === text));
  }

  /**
   * Speaks until the other hears it: the Go SDK drops what it is given before its channel is open.
   *
   * @param {Participant} other
   * @param {string} text
   */
  async speaksTo(other, text) {
    const hears = other.reads(this.identity, text);
    let isHeard = false;
    const done = hears.finally(() => {
      isHeard = true;
    });
    done.catch(() => {});
    while (!isHeard) {
      await this.sendData(text, {});
      await Promise.race([done.catch(() => {}), sleep(200)]);
    }
    await done;
  }

  /** @param {'text' | 'bytes'} stream @param {string} identity */
  async receives(stream, identity) {
    const { length, sha256 } = await this.until(`${stream} of ${identity}`, (view) => view.happened(stream, { identity }));
    return { length, sha256 };
  }

  #situation() {
    const { events } = this.view;
    const last = events.slice(-LAST_EVENTS).map(({ event, atMs, ...detail }) => `  ${new Date(atMs).toISOString().slice(11, 23)} ${event} ${JSON.stringify(detail)}`);
    return [`last events of ${this}:`, ...last].join('\n');
  }
}
