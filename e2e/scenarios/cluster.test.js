// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// The scenarios of the standalone process on services of their own: a room-service, two sfu-nodes and a real Redis.

import { Firefox } from '../harness/browser.js';
import { Cluster } from '../harness/stack.js';
import { essentials } from './essentials.js';
import { scenarios } from './scenarios.js';
import { sdks } from './sdks.js';

const start = () => Cluster.start();

scenarios('cluster', start);
scenarios('cluster, two peer connections', start, { single: false });
essentials('Firefox, cluster', start, Firefox);
sdks('cluster', start);
