// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

import { Stack } from '../harness/stack.js';
import { scenarios } from './scenarios.js';

scenarios('standalone', () => Stack.start());
