// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.time.Deadline;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half: which numbers came, what to acknowledge and when (RFC 9260 s.6.2), messages put together and in
 * order, numbers that the peer gave up (RFC 3758 s.3.6). What waits here, or to be polled, narrows the window that the
 * peer is told, and never costs more than the window and {@link #reserve}, whatever the peer makes of it.
 */
final class InboundData {
    /** What a fragment or a message costs beside its bytes, so that tiny ones can't fill the memory. */
    static final int OVERHEAD_BYTES = 192;

    private static final long SACK_DELAY_NS = 20_000_000L;
    private static final int MAX_GAPS = 64;
    private static final int MAX_DUPLICATES = 16;

    private final int window;

    /** Kept for the next number, which lets go what waits for it: a message, and as much for its fragments' overhead. */
    private final int reserve;

    private final int maxMessage;
    private final int maxStreams;
    private final ReceivedTsns received;
    private final Reassembly reassembly = new Reassembly();
    private final InboundStreams streams = new InboundStreams();
    private final int[] duplicates = new int[MAX_DUPLICATES];
    private int duplicateCount;
    private int advertisedWindow;
    private int packetsUnacked;
    private boolean isSackDue;
    private long sackAtNs = Deadline.NEVER;

    /** @param initialTsn the first number that the peer will use */
    InboundData(SctpSettings settings, int initialTsn) {
        this.window = settings.receiveWindow();
        this.maxMessage = settings.maxMessage();
        this.reserve = 2 * maxMessage;
        this.maxStreams = settings.maxStreams();
        this.advertisedWindow = window;
        this.received = new ReceivedTsns((initialTsn & 0xFFFF_FFFFL) - 1);
    }

    int cumulativeTsn() {
        return (int) received.cumulative();
    }

    /** What is kept of the peer's, payload and objects. */
    int heldBytes() {
        return reassembly.heldBytes() + streams.heldBytes();
    }

    // ---- arrivals ----

    /**
     * One DATA chunk with at least a byte of payload.
     *
     * @return false if the peer can't go on: its message is larger than it may be, or it filled the memory with what
     *     nothing will complete
     */
    boolean onData(int flags, int tsnOnWire, int streamId, int streamSequence, int ppid, byte[] buf, int off, int len) {
        long tsn = SctpWire.extend(tsnOnWire, received.cumulative());
        // The last fragment of a message too: senders that wait for one message before the next would wait for our
        // delay.
        boolean isLastFragment = (flags & (SctpWire.BEGIN | SctpWire.END)) == SctpWire.END;
        isSackDue |= isLastFragment || (flags & SctpWire.IMMEDIATE) != 0;
        if (received.contains(tsn)) {
            noteDuplicate(tsnOnWire);
            return true;
        }
        boolean isNext = tsn == received.cumulative() + 1;
        boolean hasRoom = heldBytes() + len + OVERHEAD_BYTES <= window + (isNext ? reserve : 0);
        if (tsn > received.cumulative() + ReceivedTsns.MAX_AHEAD || !hasRoom) {
            // Dropped, the peer repeats it. But where nobody has only to take what is there, there will be no room.
            isSackDue = true;
            return hasRoom || !isNext || streams.hasReady();
        }
        received.add(tsn);
        boolean isSound = true;
        if (streamId < maxStreams) { // else acknowledged, and for nobody
            byte[] payload = Arrays.copyOfRange(buf, off, off + len);
            isSound = onFragment(tsn, new Reassembly.Fragment(flags, streamId, streamSequence, ppid, payload));
        }
        reassembly.dropHopeless(received.cumulative());
        return isSound;
    }

    private boolean onFragment(long tsn, Reassembly.Fragment fragment) {
        Reassembly.Run run = reassembly.add(tsn, fragment);
        if (run.sizeBytes() > maxMessage) {
            return false;
        }
        if (run.isWhole()) {
            if (fragment.isUnordered()) {
                streams.addUnordered(run.message());
            } else {
                streams.add(run.message(), fragment.streamSequence());
            }
        }
        return true;
    }

    /** After a packet that held DATA: every second one is acknowledged at once, and every one while numbers lack. */
    void onPacketEnd(long nowNs) {
        packetsUnacked++;
        if (packetsUnacked >= 2 || received.lacksSome() || duplicateCount > 0) {
            isSackDue = true;
        } else if (sackAtNs == Deadline.NEVER) {
            sackAtNs = nowNs + SACK_DELAY_NS;
        }
    }

    private void noteDuplicate(int tsn) {
        if (duplicateCount < MAX_DUPLICATES) {
            duplicates[duplicateCount++] = tsn;
        }
        isSackDue = true;
    }

    /** FORWARD-TSN with pairs of stream id and stream sequence number at {@code pairs}. */
    void onForward(int newCumulative, byte[] buf, int pairs, int end) {
        isSackDue = true;
        long cumulative = received.cumulative();
        long target = SctpWire.extend(newCumulative, cumulative);
        if (target <= cumulative || target > cumulative + ReceivedTsns.MAX_AHEAD) {
            return;
        }
        received.addUpTo(target);
        reassembly.skipTo(target);
        reassembly.dropHopeless(received.cumulative());
        for (int at = pairs; at + 4 <= end; at += 4) {
            int streamId = Bytes.u16(buf, at);
            if (streamId < maxStreams) {
                streams.skip(streamId, Bytes.u16(buf, at + 2));
            }
        }
    }

    /** The peer starts a stream's sequence numbers from zero. */
    void reset(int streamId) {
        streams.reset(streamId);
    }

    // ---- delivery ----

    SctpEvent.@Nullable Message pollMessage() {
        SctpEvent.Message message = streams.poll();
        if (message != null) {
            // A peer that stopped for lack of room has to hear that there is some again.
            isSackDue |= advertisedWindow < window / 4 && windowNow() > window / 2;
        }
        return message;
    }

    private int windowNow() {
        return Math.max(0, window - heldBytes());
    }

    // ---- acknowledgement ----

    boolean isSackDue() {
        return isSackDue;
    }

    long nextDeadlineNs() {
        return sackAtNs;
    }

    void onDeadline(long nowNs) {
        isSackDue |= Deadline.isDue(sackAtNs, nowNs);
    }

    /** Writes SACK (RFC 9260 s.3.3.4) at {@code at}. @return the packet's new end */
    int writeSack(byte[] buf, int at, int end) {
        advertisedWindow = windowNow();
        long cumulative = received.cumulative();
        int position = at + SctpWire.SACK_HEADER_BYTES;
        int gaps = 0;
        long start = received.nextReceived(cumulative + 1);
        while (start <= received.highest() && gaps < MAX_GAPS && position + 4 <= end) {
            long missing = received.nextMissing(start);
            Bytes.putU16(buf, position, (int) (start - cumulative));
            Bytes.putU16(buf, position + 2, (int) (missing - 1 - cumulative));
            position += 4;
            gaps++;
            start = received.nextReceived(missing);
        }
        int repeated = Math.min(duplicateCount, (end - position) / 4);
        for (int i = 0; i < repeated; i++) {
            Bytes.putI32(buf, position, duplicates[i]);
            position += 4;
        }
        SctpWire.writeChunkHeader(buf, at, SctpWire.SACK, 0, position - at);
        Bytes.putI32(buf, at + 4, (int) cumulative);
        Bytes.putI32(buf, at + 8, advertisedWindow);
        Bytes.putU16(buf, at + 12, gaps);
        Bytes.putU16(buf, at + 14, repeated);
        duplicateCount = 0;
        packetsUnacked = 0;
        isSackDue = false;
        sackAtNs = Deadline.NEVER;
        return position;
    }
}
