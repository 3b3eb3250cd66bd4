// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.sctp.OutboundChunk.State;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sending half: fragments in flight, their acknowledgement and repetition (RFC 9260 s.6.1, s.6.3), partial
 * reliability (RFC 3758 s.3.5). The fragments of a message have consecutive numbers.
 */
final class OutboundData {
    private static final int FAST_RETRANSMIT_AT = 3;
    private static final int MAX_TIMEOUTS = 10;

    /**
     * Fragments under way, however small: an acknowledgement may have to look at each, and the peer decides how many
     * come and how little they acknowledge.
     */
    private static final int MAX_CHUNKS = 4096;

    private final int maxPacket;
    private final RetransmissionTimeout timeout = new RetransmissionTimeout();
    private final CongestionWindow congestion;
    private final OutboundStreams streams = new OutboundStreams();
    private final ChunkQueue chunks;
    private final ArrayDeque<OutboundChunk> retransmits = new ArrayDeque<>();

    /** The message whose fragments are leaving. */
    private @Nullable OutboundMessage current;

    /** The last number that the peer need not wait for, all before it being acknowledged or given up as well. */
    private long advancedTsn;

    private boolean isForwardDue;
    private int inFlightBytes;
    private long peerWindow;

    /** The first packet of a fast retransmission ignores the congestion window (RFC 9260 s.7.2.4). */
    private boolean isFastRetransmitDue;

    private long timeoutAtNs = Deadline.NEVER;
    private int timeouts;

    OutboundData(int maxPacket, int initialTsn) {
        this.maxPacket = maxPacket;
        this.congestion = new CongestionWindow(maxPacket);
        this.chunks = new ChunkQueue(initialTsn & 0xFFFF_FFFFL);
        this.advancedTsn = chunks.firstTsn() - 1;
    }

    void onPeerWindow(long bytes) {
        peerWindow = bytes;
    }

    // ---- queueing ----

    void enqueue(OutboundMessage message) {
        streams.add(message);
    }

    /** Bytes that have not left for the first time. */
    int bufferedBytes() {
        return streams.bufferedBytes();
    }

    int bufferedBytes(int streamId) {
        return streams.bufferedBytes(streamId);
    }

    /** Nothing is queued or unacknowledged. */
    boolean isEmpty() {
        return bufferedBytes() == 0 && current == null && chunks.isEmpty();
    }

    /** Nothing of the stream is queued; its fragments may be under way. */
    boolean isSent(int streamId) {
        OutboundMessage leaving = current;
        return bufferedBytes(streamId) == 0 && (leaving == null || leaving.streamId != streamId);
    }

    /** While a reset of the stream is under way its messages wait (RFC 6525 s.5.1.2). */
    void pause(int streamId) {
        streams.pause(streamId);
    }

    /** @param wasReset whether the peer forgot the stream's sequence numbers */
    void resume(int streamId, boolean wasReset) {
        streams.resume(streamId, wasReset);
    }

    int lastAssignedTsn() {
        return (int) (chunks.nextTsn() - 1);
    }

    // ---- sending ----

    boolean isForwardDue() {
        return isForwardDue;
    }

    /** Whether {@link #write} would write something. */
    boolean canWrite(long nowNs) {
        return nextRetransmit(nowNs) != null ? mayRetransmit() : maySendNew() && prepareMessage(nowNs);
    }

    private boolean mayRetransmit() {
        return isFastRetransmitDue || congestion.hasRoom(inFlightBytes);
    }

    private boolean maySendNew() {
        // With nothing under way one fragment probes a closed window (RFC 9260 s.6.1 A).
        return congestion.hasRoom(inFlightBytes)
                && chunks.size() < MAX_CHUNKS
                && (inFlightBytes < peerWindow || inFlightBytes == 0);
    }

    /** Adds DATA chunks to a packet. @return the packet's new end */
    int write(long nowNs, byte[] buf, int at, int end) {
        int position = at;
        while (true) {
            OutboundChunk lost = nextRetransmit(nowNs);
            OutboundChunk chunk;
            if (lost != null) {
                if (!mayRetransmit() || position + SctpWire.DATA_HEADER_BYTES + lost.len > end) {
                    break;
                }
                retransmits.remove();
                chunk = lost;
            } else {
                int room = end - position - SctpWire.DATA_HEADER_BYTES;
                if (!maySendNew() || !prepareMessage(nowNs) || !fits(room)) {
                    break;
                }
                chunk = fragment(room);
            }
            position = write(nowNs, chunk, buf, position);
        }
        isFastRetransmitDue &= position == at;
        return position;
    }

    /** The next lost fragment that is still worth sending. */
    private @Nullable OutboundChunk nextRetransmit(long nowNs) {
        for (OutboundChunk chunk = retransmits.peek(); chunk != null; chunk = retransmits.peek()) {
            if (chunk.state == State.LOST && chunk.message.isExpired(nowNs)) {
                abandon(chunk.message);
            }
            if (chunk.state == State.LOST) {
                return chunk;
            }
            retransmits.remove();
        }
        return null;
    }

    /** Makes the next message current, if none is. @return whether there is one */
    private boolean prepareMessage(long nowNs) {
        OutboundMessage leaving = current;
        if (leaving != null && leaving.isExpired(nowNs)) {
            abandon(leaving);
        }
        if (current == null) {
            current = streams.poll(nowNs);
        }
        return current != null;
    }

    /** A fragment fills the packet or ends its message: slivers at a packet's end would cost more than they carry. */
    private boolean fits(int room) {
        OutboundMessage message = current;
        int rest = message == null ? 0 : message.payload.length - message.fragmented;
        return room >= rest || room >= maxPacket / 2;
    }

    private OutboundChunk fragment(int room) {
        OutboundMessage message = current;
        if (message == null) {
            throw new IllegalStateException("no message to fragment");
        }
        int rest = message.payload.length - message.fragmented;
        // Padding must fit as well: the room of a packet is a multiple of 4.
        OutboundChunk chunk =
                new OutboundChunk(chunks.nextTsn(), message, message.fragmented, Math.min(rest, room & ~3));
        message.firstTsn = message.fragmented == 0 ? chunk.tsn : message.firstTsn;
        message.fragmented += chunk.len;
        streams.onLeft(message, chunk.len);
        chunks.add(chunk);
        if (message.isWholeSent()) {
            current = null;
        }
        return chunk;
    }

    private int write(long nowNs, OutboundChunk chunk, byte[] buf, int at) {
        OutboundMessage message = chunk.message;
        boolean isLast = chunk.off + chunk.len == message.payload.length;
        int flags = (chunk.off == 0 ? SctpWire.BEGIN : 0)
                | (isLast ? SctpWire.END : 0)
                | (message.isOrdered ? 0 : SctpWire.UNORDERED);
        int length = SctpWire.DATA_HEADER_BYTES + chunk.len;
        SctpWire.writeChunkHeader(buf, at, SctpWire.DATA, flags, length);
        Bytes.putI32(buf, at + 4, (int) chunk.tsn);
        Bytes.putU16(buf, at + 8, message.streamId);
        Bytes.putU16(buf, at + 10, message.streamSequence);
        Bytes.putI32(buf, at + 12, message.ppid);
        System.arraycopy(message.payload, chunk.off, buf, at + SctpWire.DATA_HEADER_BYTES, chunk.len);
        int end = SctpWire.pad(buf, at, length);
        chunk.state = State.IN_FLIGHT;
        chunk.transmits++;
        chunk.missed = 0;
        chunk.sentAtNs = nowNs;
        inFlightBytes += chunk.len;
        startTimer(nowNs);
        return end;
    }

    private void startTimer(long nowNs) {
        if (timeoutAtNs == Deadline.NEVER) {
            timeoutAtNs = nowNs + timeout.ns();
        }
    }

    // ---- partial reliability ----

    /** Gives a message up: what was sent of it is skipped by FORWARD-TSN, the rest never leaves. */
    private void abandon(OutboundMessage message) {
        if (!message.isWholeSent()) {
            streams.onLeft(message, message.payload.length - message.fragmented);
            if (current == message) {
                current = null;
            }
            if (message.fragmented > 0) {
                // The peer may have got all that was sent: one more number lets FORWARD-TSN reach beyond it.
                OutboundChunk placeholder = new OutboundChunk(chunks.nextTsn(), message, message.fragmented, 0);
                placeholder.state = State.ABANDONED;
                chunks.add(placeholder);
            }
        }
        long tsn = Math.max(message.firstTsn, chunks.firstTsn());
        while (tsn < chunks.nextTsn() && chunks.get(tsn).message == message) {
            OutboundChunk chunk = chunks.get(tsn);
            if (chunk.state != State.ACKED) {
                inFlightBytes -= chunk.state == State.IN_FLIGHT ? chunk.len : 0;
                chunk.state = State.ABANDONED;
            }
            tsn++;
        }
        advance();
    }

    /** Moves the point up to which the peer need not wait (RFC 3758 s.3.5 C). */
    private void advance() {
        long before = advancedTsn;
        advancedTsn = Math.max(advancedTsn, chunks.firstTsn() - 1);
        while (advancedTsn + 1 < chunks.nextTsn() && chunks.get(advancedTsn + 1).state == State.ABANDONED) {
            advancedTsn++;
        }
        isForwardDue |= advancedTsn > before;
        isForwardDue &= advancedTsn >= chunks.firstTsn();
    }

    /** Writes FORWARD-TSN (RFC 3758 s.3.2). @return the packet's new end */
    int writeForward(long nowNs, byte[] buf, int at, int end) {
        Map<Integer, Integer> skipped = new LinkedHashMap<>();
        for (long tsn = chunks.firstTsn(); tsn <= advancedTsn; tsn++) {
            OutboundMessage message = chunks.get(tsn).message;
            if (message.isOrdered) {
                skipped.put(message.streamId, message.streamSequence);
            }
        }
        int position = at + 8;
        for (Map.Entry<Integer, Integer> entry : skipped.entrySet()) {
            if (position + 4 > end) {
                break;
            }
            Bytes.putU16(buf, position, entry.getKey());
            Bytes.putU16(buf, position + 2, entry.getValue());
            position += 4;
        }
        SctpWire.writeChunkHeader(buf, at, SctpWire.FORWARD_TSN, 0, position - at);
        Bytes.putI32(buf, at + 4, (int) advancedTsn);
        isForwardDue = false;
        startTimer(nowNs);
        return position;
    }

    // ---- acknowledgement ----

    /**
     * The body of a SACK that was checked for its length.
     *
     * @param gaps offset of the gap blocks, pairs of 16-bit offsets from the cumulative number
     * @return false if it acknowledges what was never sent
     */
    boolean onSack(long nowNs, int cumulative, long window, byte[] buf, int gaps, int gapCount) {
        long ack = SctpWire.extend(cumulative, chunks.firstTsn());
        if (ack >= chunks.nextTsn()) {
            return false;
        }
        if (ack < chunks.firstTsn() - 1) {
            return true; // overtaken by a later one
        }
        boolean wasWindowUsed = congestion.isUsed(inFlightBytes);
        long ackedBytes = 0;
        long highestNewlyAcked = -1;
        boolean advanced = ack >= chunks.firstTsn();
        while (chunks.firstTsn() <= ack) {
            OutboundChunk chunk = chunks.removeFirst();
            if (chunk.isOutstanding()) {
                ackedBytes += chunk.len;
                highestNewlyAcked = chunk.tsn;
                onAcked(nowNs, chunk);
            }
        }
        long highestInGaps = -1;
        int block = 0;
        for (long tsn = chunks.firstTsn(); tsn < chunks.nextTsn(); tsn++) {
            while (block < gapCount && ack + Bytes.u16(buf, gaps + 4 * block + 2) < tsn) {
                block++;
            }
            if (block == gapCount) {
                break;
            }
            if (ack + Bytes.u16(buf, gaps + 4 * block) <= tsn) {
                highestInGaps = tsn;
                OutboundChunk chunk = chunks.get(tsn);
                if (chunk.isOutstanding()) {
                    ackedBytes += chunk.len;
                    highestNewlyAcked = tsn;
                    onAcked(nowNs, chunk);
                }
            }
        }
        peerWindow = window; // of what is in flight beyond the acknowledged, maySendNew takes account
        congestion.onSack(ack);
        congestion.onAcked(ackedBytes, advanced, wasWindowUsed);
        // In recovery each advance counts against all that is missing, else only against what newer arrivals overtook.
        noteMissing(congestion.isRecovering() && advanced ? highestInGaps : Math.min(highestNewlyAcked, highestInGaps));
        timeouts = 0; // also a peer whose window is closed is alive
        if (advanced) {
            timeoutAtNs = Deadline.NEVER;
        }
        // Of an acknowledgement that says nothing new a FORWARD-TSN costs the most, and the timer repeats it anyway.
        isForwardDue |= advanced || ackedBytes > 0;
        advance();
        if (chunks.isEmpty()) {
            timeoutAtNs = Deadline.NEVER;
        } else {
            startTimer(nowNs);
        }
        return true;
    }

    private void onAcked(long nowNs, OutboundChunk chunk) {
        if (chunk.state == State.IN_FLIGHT) {
            inFlightBytes -= chunk.len;
        }
        chunk.state = State.ACKED;
        if (chunk.transmits == 1) {
            timeout.onRoundTrip(nowNs - chunk.sentAtNs);
        }
    }

    private void noteMissing(long below) {
        boolean isSomeLost = false;
        for (long tsn = chunks.firstTsn(); tsn < below; tsn++) {
            OutboundChunk chunk = chunks.get(tsn);
            if (chunk.state == State.IN_FLIGHT && ++chunk.missed >= FAST_RETRANSMIT_AT) {
                lose(chunk);
                isSomeLost = true;
            }
        }
        if (isSomeLost && congestion.onLoss(chunks.nextTsn() - 1)) {
            isFastRetransmitDue = true;
        }
    }

    private void lose(OutboundChunk chunk) {
        inFlightBytes -= chunk.len;
        chunk.state = State.LOST;
        OutboundMessage message = chunk.message;
        if (message.maxRetransmits >= 0 && chunk.transmits > message.maxRetransmits) {
            abandon(message);
        } else {
            retransmits.add(chunk);
        }
    }

    // ---- time ----

    long nextDeadlineNs() {
        return timeoutAtNs;
    }

    /** @return false when the peer has been silent for too long */
    boolean onDeadline(long nowNs) {
        if (!Deadline.isDue(timeoutAtNs, nowNs)) {
            return true;
        }
        timeoutAtNs = Deadline.NEVER;
        if (chunks.isEmpty()) {
            return true;
        }
        if (++timeouts > MAX_TIMEOUTS) {
            return false;
        }
        timeout.backOff();
        congestion.onTimeout();
        retransmits.clear();
        long end = chunks.nextTsn(); // without what giving up adds
        for (long tsn = chunks.firstTsn(); tsn < end; tsn++) {
            OutboundChunk chunk = chunks.get(tsn);
            if (chunk.state == State.IN_FLIGHT) {
                lose(chunk);
            } else if (chunk.state == State.LOST) {
                retransmits.add(chunk);
            }
        }
        isForwardDue = true;
        advance();
        startTimer(nowNs);
        return true;
    }
}
