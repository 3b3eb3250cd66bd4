// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** Data packets: what a participant may say, in whose name, and to whom. */
@NullMarked
package io.parley.engine.data;

import org.jspecify.annotations.NullMarked;
