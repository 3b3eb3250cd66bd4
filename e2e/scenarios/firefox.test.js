// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Real Firefox: it nominates pairs in its own way, so ours is a full ICE agent there.

import { Firefox } from '../harness/browser.js';
import { Stack } from '../harness/stack.js';
import { essentials } from './essentials.js';

essentials('firefox', () => Stack.start(), Firefox);
essentials('firefox, two peer connections', () => Stack.start(), Firefox, { single: false });
