// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

import { scenarios } from './scenarios.js';

scenarios('standalone', {});
