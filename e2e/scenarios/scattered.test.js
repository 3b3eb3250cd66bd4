// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The same with every seat on another shard than its room's home, so that tracks cross shards by relays; both shapes.

import { Stack } from '../harness/stack.js';
import { scenarios } from './scenarios.js';

const start = () => Stack.start({ properties: { 'parley.rtc.shards': 4, 'parley.rtc.scatter-seats': true } });

scenarios('scattered', start);
scenarios('scattered, two peer connections', start, { single: false });
