// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** Workers that do agents' jobs: their sockets, who of them gets a job, and the streams on which nodes offer jobs. */
@NullMarked
package io.parley.room.agent;

import org.jspecify.annotations.NullMarked;
