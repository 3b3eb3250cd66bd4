// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Kinds of clients, and what each can do.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {'chromium' | 'firefox' | 'node' | 'python' | 'go'} KindName
 * @typedef {'single' | 'dual'} Shape one peer connection, or one for each direction
 * @typedef {object} Kind
 * @property {string[]} capabilities beyond those that all have
 * @property {Shape[]} shapes
 * @property {Shape[]} [joinsFirst] in which it only works if nobody has published yet
 */

const ALL = ['join', 'media', 'unpublish', 'subscribe', 'data', 'streams', 'rpc', 'resume'];

/** Capabilities without a verb: `lossiness` tells lossy packets from reliable ones, `simulcast` publishes a camera in layers. @type {Record<KindName, Kind>} */
export const KINDS = {
  chromium: {
    capabilities: [...ALL, 'mute', 'lossiness', 'permit', 'refusal', 'connections', 'quality', 'layers', 'simulcast'],
    shapes: ['single', 'dual'],
  },
  firefox: { capabilities: [...ALL, 'mute', 'lossiness', 'permit', 'refusal', 'connections', 'quality', 'layers'], shapes: ['single', 'dual'] },
  node: { capabilities: [...ALL, 'lossiness', 'roomApi', 'webhook'], shapes: ['single'] },
  python: { capabilities: [...ALL, 'mute', 'lossiness', 'quality', 'permit', 'roomApi', 'webhook'], shapes: ['single', 'dual'] },
  // With one peer connection it loses what others published before if it publishes at once itself, with server-sdk-go 2.18.1 as with 2.19.0.
  go: { capabilities: [...ALL, 'mute', 'permit', 'roomApi', 'webhook'], shapes: ['single', 'dual'], joinsFirst: ['single'] },
};

const CLIENTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../clients');

/** What starts a client that is a process. The launcher makes the virtual environment and the binary. */
export const COMMANDS = {
  node: [process.execPath, path.join(CLIENTS, 'node/client.js')],
  python: [path.join(CLIENTS, 'python/.venv/bin/python'), path.join(CLIENTS, 'python/client.py')],
  go: [process.env.PARLEY_GO_CLIENT ?? path.join(CLIENTS, 'go/target/client')],
};

/** Without Go there is no Go client; everything else has to be there. @returns {KindName[]} */
export function kindsHere() {
  const names = /** @type {KindName[]} */ (Object.keys(KINDS));
  return names.filter((name) => name !== 'go' || existsSync(COMMANDS.go[0]));
}

/** @param {KindName} kind @param {string[]} needs */
export function can(kind, needs) {
  return needs.every((capability) => KINDS[kind].capabilities.includes(capability));
}
