// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** The event log in Kafka, and the spool on disk by which events get there. */
@NullMarked
package io.parley.cluster.kafka;

import org.jspecify.annotations.NullMarked;
