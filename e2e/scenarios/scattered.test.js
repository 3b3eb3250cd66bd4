// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The same with every seat on another shard than its room's home, so that tracks cross shards by relays.

import { scenarios } from './scenarios.js';

scenarios('scattered', { 'parley.rtc.shards': 4, 'parley.rtc.scatter-seats': true });
