// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.buf.Slot;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.RtpWriter;
import io.parley.rtc.stream.SendStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes media packets to one peer in place: {@link #begin} writes the header, the caller writes the payload into
 * {@link #packet}, {@link #commit} protects and queues. Nothing is allocated. Owned by the peer's shard.
 */
public final class PacketWriter {
    private static final int MAX_ONE_BYTE_ID = 14;
    private static final int MAX_ONE_BYTE_LENGTH = 16;
    private static final int ORIGINAL_SEQ_BYTES = 2;
    private static final int PLAYOUT_DELAY_BYTES = 3;

    private final SecureOutbox outbox;
    private final PeerCounters counters;
    private final RtpWriter rtp = new RtpWriter();
    private ExtensionIds extensions = ExtensionIds.NONE;

    // The packet between begin and commit.
    private @Nullable SendStream open;
    private long openSeq;
    private int openHeaderLen;

    /** Bytes of the payload that were written already: the original number of a retransmission. */
    private int openPrefixLen;

    PacketWriter(SecureOutbox outbox, PeerCounters counters) {
        this.outbox = outbox;
        this.counters = counters;
    }

    void onNegotiated(ExtensionIds ids) {
        extensions = ids;
    }

    /** Whether packets can be sent now. */
    public boolean isOpen() {
        return outbox.isOpen();
    }

    /** The bytes of the packet begun. */
    public byte[] packet() {
        return outbox.packet();
    }

    /**
     * Begins a media packet.
     *
     * @param extSeq a number of this stream that was not used before
     * @return where in {@link #packet} the payload goes, or -1 if nothing can be sent now
     */
    public int begin(SendStream stream, boolean marker, long extSeq, int timestamp) {
        return isOpen()
                ? header(stream, stream.payloadType(), stream.ssrc(), HeaderExtension.RID, marker, extSeq, timestamp)
                : -1;
    }

    /**
     * Begins a retransmission on the RTX SSRC (RFC 4588 s.4); the original number is written already.
     *
     * @return where in {@link #packet} the original payload goes, or -1 if nothing can be sent now
     */
    public int beginRtx(SendStream stream, boolean marker, long originalSeq, int timestamp) {
        if (!isOpen() || !stream.hasRtx()) {
            return -1;
        }
        int at = header(
                stream,
                stream.rtxPayloadType(),
                stream.rtxSsrc(),
                HeaderExtension.REPAIRED_RID,
                marker,
                stream.takeRtxSeq(),
                timestamp);
        Bytes.putU16(packet(), at, (int) originalSeq & 0xFFFF);
        openPrefixLen = ORIGINAL_SEQ_BYTES;
        return at + ORIGINAL_SEQ_BYTES;
    }

    private int header(
            SendStream stream,
            int payloadType,
            int ssrc,
            HeaderExtension rid,
            boolean marker,
            long extSeq,
            int timestamp) {
        open = stream;
        openSeq = extSeq;
        openPrefixLen = 0;
        rtp.begin(packet(), Slot.HEADROOM, marker, payloadType, (int) extSeq & 0xFFFF, timestamp, ssrc);
        boolean isLayersRtx =
                rid == HeaderExtension.REPAIRED_RID && !stream.rid().isEmpty();
        if (!stream.isHeard() || isLayersRtx) {
            // Until a report shows that the peer bound the SSRC, each packet says where it belongs; of RTX none does.
            if (isLong(HeaderExtension.MID, stream.mid())
                    || isLong(rid, stream.rid())
                    || isLong(HeaderExtension.PLAYOUT_DELAY, "")) {
                rtp.useTwoByteExtensions();
            }
            writeText(HeaderExtension.MID, stream.mid());
            writeText(rid, stream.rid());
        }
        if (!stream.isHeard()) {
            writePlayoutDelay(stream); // what a peer has once, it keeps
        }
        openHeaderLen = rtp.finishHeader();
        return Slot.HEADROOM + openHeaderLen;
    }

    private boolean isLong(HeaderExtension extension, String text) {
        return extensions.of(extension) > MAX_ONE_BYTE_ID || text.length() > MAX_ONE_BYTE_LENGTH;
    }

    private void writePlayoutDelay(SendStream stream) {
        int id = extensions.of(HeaderExtension.PLAYOUT_DELAY);
        int delay = stream.playoutDelay();
        if (id != 0 && delay >= 0) {
            int at = rtp.extension(id, PLAYOUT_DELAY_BYTES);
            packet()[at] = (byte) (delay >> 16);
            Bytes.putU16(packet(), at + 1, delay & 0xFFFF);
        }
    }

    private void writeText(HeaderExtension extension, String text) {
        int id = extensions.of(extension);
        if (id == 0 || text.isEmpty()) {
            return;
        }
        int at = rtp.extension(id, text.length());
        for (int i = 0; i < text.length(); i++) {
            packet()[at + i] = (byte) text.charAt(i);
        }
    }

    /** Protects and queues the packet begun. @param payloadLen bytes written by the caller */
    public void commit(int payloadLen) {
        SendStream stream = open;
        if (stream == null) {
            throw new IllegalStateException("commit without begin");
        }
        open = null;
        int len = openHeaderLen + openPrefixLen + payloadLen;
        boolean isRtx = openPrefixLen > 0;
        if (!isRtx) {
            stream.onSent(payloadLen); // sender reports count the packets of their own SSRC (RFC 3550 s.6.4.1)
        }
        counters.count(isRtx ? PeerCounter.RTX_PACKETS_OUT : PeerCounter.PACKETS_OUT);
        counters.add(isRtx ? PeerCounter.RTX_BYTES_OUT : PeerCounter.BYTES_OUT, len);
        int protectedLen = outbox.protectRtp(openHeaderLen, len, openSeq);
        if (!isRtx) {
            stream.onProtected(openSeq, packet(), Slot.HEADROOM, protectedLen);
        }
        outbox.commitProtected(protectedLen);
    }

    /**
     * Sends a packet again on its own SSRC, byte for byte.
     *
     * @return its length, or -1 if the stream does not keep it or nothing can be sent now
     */
    public int resend(SendStream stream, long extSeq) {
        int len = isOpen() ? stream.copyProtected(extSeq, packet(), Slot.HEADROOM) : -1;
        if (len >= 0) {
            counters.count(PeerCounter.RTX_PACKETS_OUT);
            counters.add(PeerCounter.RTX_BYTES_OUT, len);
            outbox.commitProtected(len);
        }
        return len;
    }
}
