// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.datachannel.ChannelOpen;

/** One data channel of a peer. */
public final class DataChannel {
    private final ChannelOpen open;

    /** Stream in both directions; -1 until the DTLS role that decides is known. */
    int streamId;

    /** Until the peer has acknowledged the channel its messages go in order (RFC 8832 s.6). */
    boolean isAcknowledged;

    /** Whether its stream was known without a word: then it outlives an association that begins anew. */
    private final boolean isAgreed;

    DataChannel(ChannelOpen open, int streamId, boolean isAcknowledged) {
        this(open, streamId, isAcknowledged, false);
    }

    private DataChannel(ChannelOpen open, int streamId, boolean isAcknowledged, boolean isAgreed) {
        this.open = open;
        this.streamId = streamId;
        this.isAcknowledged = isAcknowledged;
        this.isAgreed = isAgreed;
    }

    static DataChannel agreed(ChannelOpen open, int streamId) {
        return new DataChannel(open, streamId, true, true);
    }

    public String label() {
        return open.label();
    }

    /** Whether messages may get lost. */
    public boolean isLossy() {
        return open.maxRetransmits() >= 0 || open.maxLifetimeMs() >= 0;
    }

    boolean isAgreed() {
        return isAgreed;
    }

    ChannelOpen open() {
        return open;
    }
}
