// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** What webhooks share: endpoints, deliveries and their log, and how far the events of each room came. */
@NullMarked
package io.parley.cluster.webhook;

import org.jspecify.annotations.NullMarked;
