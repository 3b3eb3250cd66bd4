// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

import io.parley.rtc.buf.Path;

/** What an {@link IceAgent} tells its owner. */
public sealed interface IceEvent {
    /** Whether datagrams on this path belong to the peer. */
    record PathClaimed(Path path, PathClaim claim) implements IceEvent {}

    /** We send on this path from now on; the first one means connected. */
    record Selected(Path path) implements IceEvent {}

    /** Consent ran out: nothing is sent until a pair is selected again, for which the peer has as long as at first. */
    record Lost() implements IceEvent {}

    /** No pair was nominated in time. Nothing follows. */
    record Closed() implements IceEvent {}
}
