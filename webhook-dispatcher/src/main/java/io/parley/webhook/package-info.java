// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** The webhook-dispatcher: reads the event log and tells endpoints, in order, until each event was delivered or given up. */
@NullMarked
package io.parley.webhook;

import org.jspecify.annotations.NullMarked;
