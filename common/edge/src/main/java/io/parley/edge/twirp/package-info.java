// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** Twirp (protocol version 7) as LiveKit's server SDKs speak it: one POST a call, protobuf or JSON. */
@NullMarked
package io.parley.edge.twirp;

import org.jspecify.annotations.NullMarked;
