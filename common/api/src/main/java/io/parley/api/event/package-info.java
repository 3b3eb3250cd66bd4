// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** What happened: events of rooms, and their JSON in the event log. */
@NullMarked
package io.parley.api.event;

import org.jspecify.annotations.NullMarked;
