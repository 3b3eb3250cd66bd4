// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.ice.IceAgent;
import io.parley.rtc.srtp.SrtpSender;
import io.parley.rtc.stream.SendStream;
import org.jspecify.annotations.Nullable;

/** The shard's outbox as one peer sees it: packets written into it are protected in place and leave on the selected path. */
final class SecureOutbox {
    private final Outbox outbox;
    private final IceAgent ice;
    private @Nullable SrtpSender sender;

    SecureOutbox(Outbox outbox, IceAgent ice) {
        this.outbox = outbox;
        this.ice = ice;
    }

    void open(SrtpSender keyed) {
        sender = keyed;
    }

    void close() {
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    /** A stream has ended, and its RTX. */
    void retire(SendStream stream) {
        SrtpSender keyed = sender;
        if (keyed != null) {
            keyed.retire(stream.ssrc());
            keyed.retire(stream.rtxSsrc());
        }
    }

    /** Whether there are keys and a path. */
    boolean isOpen() {
        return sender != null && ice.selectedPath() != null;
    }

    /** The bytes of the packet to be committed next; it begins at {@link Slot#HEADROOM}. */
    byte[] packet() {
        return outbox.claim().bytes;
    }

    /** Protects the packet in place. @return its length then; {@link #commitProtected} sends it */
    int protectRtp(int headerLen, int len, long extSeq) {
        SrtpSender keyed = sender;
        if (keyed == null) {
            throw new IllegalStateException("commit without keys");
        }
        return keyed.protectRtp(packet(), Slot.HEADROOM, headerLen, len, extSeq);
    }

    /** Queues a packet that is protected already. */
    void commitProtected(int len) {
        Path path = ice.selectedPath();
        if (path == null) {
            throw new IllegalStateException("commit without a path");
        }
        outbox.claim().length = len;
        outbox.commit(path);
    }

    /** Does nothing while there are no keys or no path: reports are repeated anyway. */
    void commitRtcp(int len) {
        SrtpSender keyed = sender;
        Path path = ice.selectedPath();
        if (keyed != null && path != null && len > 0) {
            Slot slot = outbox.claim();
            slot.length = keyed.protectRtcp(slot.bytes, Slot.HEADROOM, len);
            outbox.commit(path);
        }
    }
}
