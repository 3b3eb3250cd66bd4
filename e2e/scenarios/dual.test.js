// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Clients with a peer connection for each direction, the older of LiveKit's two shapes.

import { Stack } from '../harness/stack.js';
import { scenarios } from './scenarios.js';

scenarios('two peer connections', () => Stack.start(), { single: false });
