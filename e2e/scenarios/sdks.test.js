// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

import { Stack } from '../harness/stack.js';
import { sdks } from './sdks.js';

sdks('standalone', () => Stack.start());
