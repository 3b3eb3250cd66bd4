// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** WebSockets of clients and workers, pumped both ways. */
@NullMarked
package io.parley.room.socket;

import org.jspecify.annotations.NullMarked;
