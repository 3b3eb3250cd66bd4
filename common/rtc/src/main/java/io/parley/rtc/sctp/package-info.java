// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/**
 * SCTP (RFC 9260) with partial reliability (RFC 3758) and stream reset (RFC 6525), as data channels use it over DTLS
 * (RFC 8261): one path, whose liveness is ICE's business. Owned by the shard of the peer.
 */
@NullMarked
package io.parley.rtc.sctp;

import org.jspecify.annotations.NullMarked;
