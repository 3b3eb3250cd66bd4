// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sending half: queues by stream, fragments in flight, congestion and flow control (RFC 9260 s.6.1, s.6.3, s.7.2),
 * partial reliability (RFC 3758 s.3.5). Streams take turns message by message, since the fragments of a message have
 * consecutive numbers.
 */
final class OutboundData {
    private static final int FAST_RETRANSMIT_AT = 3;

    /** As RFC 6928 has it for TCP, and libwebrtc for data channels. */
    private static final int INITIAL_WINDOW_PACKETS = 10;

    private static final int MAX_TIMEOUTS = 10;

    private enum State {
        IN_FLIGHT,
        LOST,
        ACKED,
        ABANDONED
    }

    /** A fragment with its number, until it is acknowledged cumulatively. */
    private static final class Chunk {
        final long tsn;
        final OutboundMessage message;
        final int off;
        final int len;
        State state = State.IN_FLIGHT;
        int transmits;
        int missed;
        long sentAtNs;

        Chunk(long tsn, OutboundMessage message, int off, int len) {
            this.tsn = tsn;
            this.message = message;
            this.off = off;
            this.len = len;
        }
    }

    private static final class Stream {
        final ArrayDeque<OutboundMessage> queue = new ArrayDeque<>();
        int nextSequence;
        int bufferedBytes;
        boolean isPaused;
    }

    private final int maxPacket;
    private final RetransmissionTimeout timeout = new RetransmissionTimeout();
    private final Map<Integer, Stream> streams = new HashMap<>();

    /** Streams with queued messages, in their turn. */
    private final ArrayDeque<Integer> turns = new ArrayDeque<>();

    /** The message whose fragments are leaving. */
    private @Nullable OutboundMessage current;

    /** Fragments from {@link #firstTsn} on. */
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();

    private final ArrayDeque<Chunk> retransmits = new ArrayDeque<>();

    private long firstTsn;
    private long advancedTsn;
    private boolean isForwardDue;
    private int inFlightBytes;
    private int bufferedBytes;
    private long peerWindow;
    private long congestionWindow;
    private long slowStartThreshold = Long.MAX_VALUE;
    private long partialBytesAcked;
    private boolean isRecovering;
    private long recoveryExitTsn;

    /** The first packet of a fast retransmission ignores the congestion window (RFC 9260 s.7.2.4). */
    private boolean isFastRetransmitDue;

    private long timeoutAtNs = Deadline.NEVER;
    private int timeouts;

    OutboundData(int maxPacket, int initialTsn) {
        this.maxPacket = maxPacket;
        this.firstTsn = initialTsn & 0xFFFF_FFFFL;
        this.advancedTsn = firstTsn - 1;
        this.congestionWindow = (long) INITIAL_WINDOW_PACKETS * maxPacket;
    }

    void onPeerWindow(long bytes) {
        peerWindow = bytes;
    }

    // ---- queueing ----

    void enqueue(OutboundMessage message) {
        Stream stream = streams.computeIfAbsent(message.streamId, unused -> new Stream());
        if (stream.queue.isEmpty() && !stream.isPaused) {
            turns.add(message.streamId);
        }
        stream.queue.add(message);
        stream.bufferedBytes += message.payload.length;
        bufferedBytes += message.payload.length;
    }

    /** Bytes that have not left for the first time. */
    int bufferedBytes() {
        return bufferedBytes;
    }

    int bufferedBytes(int streamId) {
        Stream stream = streams.get(streamId);
        return stream == null ? 0 : stream.bufferedBytes;
    }

    /** Nothing is queued or unacknowledged. */
    boolean isEmpty() {
        return bufferedBytes == 0 && current == null && chunks.isEmpty();
    }

    /** Nothing of the stream is queued; its fragments may be under way. */
    boolean isSent(int streamId) {
        OutboundMessage leaving = current;
        return bufferedBytes(streamId) == 0 && (leaving == null || leaving.streamId != streamId);
    }

    /** While a reset of the stream is under way its messages wait (RFC 6525 s.5.1.2). */
    void pause(int streamId) {
        streams.computeIfAbsent(streamId, unused -> new Stream()).isPaused = true;
        turns.remove(streamId);
    }

    /** @param wasReset whether the peer forgot the stream's sequence numbers */
    void resume(int streamId, boolean wasReset) {
        Stream stream = streams.get(streamId);
        if (stream == null || !stream.isPaused) {
            return;
        }
        stream.isPaused = false;
        stream.nextSequence = wasReset ? 0 : stream.nextSequence;
        if (stream.queue.isEmpty()) {
            streams.remove(streamId);
        } else {
            turns.add(streamId);
        }
    }

    private long nextTsn() {
        return firstTsn + chunks.size();
    }

    int lastAssignedTsn() {
        return (int) (nextTsn() - 1);
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
        return isFastRetransmitDue || inFlightBytes < congestionWindow;
    }

    private boolean maySendNew() {
        // With nothing under way one fragment probes a closed window (RFC 9260 s.6.1 A).
        return inFlightBytes < congestionWindow && (inFlightBytes < peerWindow || inFlightBytes == 0);
    }

    /** Adds DATA chunks to a packet. @return the packet's new end */
    int write(long nowNs, byte[] buf, int at, int end) {
        int position = at;
        while (true) {
            Chunk lost = nextRetransmit(nowNs);
            Chunk chunk;
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
    private @Nullable Chunk nextRetransmit(long nowNs) {
        for (Chunk chunk = retransmits.peek(); chunk != null; chunk = retransmits.peek()) {
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
        while (current == null && !turns.isEmpty()) {
            int streamId = turns.remove();
            Stream stream = streams.get(streamId);
            OutboundMessage message = stream == null ? null : stream.queue.poll();
            if (stream == null || message == null) {
                continue;
            }
            if (!stream.queue.isEmpty()) {
                turns.add(streamId);
            }
            if (message.isExpired(nowNs)) {
                unbuffer(message.streamId, message.payload.length);
                continue;
            }
            if (message.isOrdered) {
                message.streamSequence = stream.nextSequence;
                stream.nextSequence = stream.nextSequence + 1 & 0xFFFF;
            }
            current = message;
        }
        return current != null;
    }

    private void unbuffer(int streamId, int bytes) {
        bufferedBytes -= bytes;
        Stream stream = streams.get(streamId);
        if (stream != null) {
            stream.bufferedBytes -= bytes;
        }
    }

    /** A fragment fills the packet or ends its message: slivers at a packet's end would cost more than they carry. */
    private boolean fits(int room) {
        OutboundMessage message = current;
        int rest = message == null ? 0 : message.payload.length - message.fragmented;
        return room >= rest || room >= maxPacket / 2;
    }

    private Chunk fragment(int room) {
        OutboundMessage message = current;
        if (message == null) {
            throw new IllegalStateException("no message to fragment");
        }
        int rest = message.payload.length - message.fragmented;
        // Padding must fit as well: the room of a packet is a multiple of 4.
        Chunk chunk = new Chunk(nextTsn(), message, message.fragmented, Math.min(rest, room & ~3));
        message.fragmented += chunk.len;
        unbuffer(message.streamId, chunk.len);
        chunks.add(chunk);
        if (message.isWholeSent()) {
            current = null;
        }
        return chunk;
    }

    private int write(long nowNs, Chunk chunk, byte[] buf, int at) {
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
        if (timeoutAtNs == Deadline.NEVER) {
            timeoutAtNs = nowNs + timeout.ns();
        }
        return end;
    }

    // ---- partial reliability ----

    /** Gives a message up: what was sent of it is skipped by FORWARD-TSN, the rest never leaves. */
    private void abandon(OutboundMessage message) {
        if (!message.isWholeSent()) {
            unbuffer(message.streamId, message.payload.length - message.fragmented);
            if (current == message) {
                current = null;
            }
            if (message.fragmented > 0) {
                // The peer may have got all that was sent: one more number lets FORWARD-TSN reach beyond it.
                Chunk placeholder = new Chunk(nextTsn(), message, message.fragmented, 0);
                placeholder.state = State.ABANDONED;
                chunks.add(placeholder);
            }
        }
        for (Chunk chunk : chunks) {
            if (chunk.message == message && chunk.state != State.ACKED) {
                inFlightBytes -= chunk.state == State.IN_FLIGHT ? chunk.len : 0;
                chunk.state = State.ABANDONED;
            }
        }
        advance();
    }

    /** Moves the point up to which the peer need not wait (RFC 3758 s.3.5 C). */
    private void advance() {
        advancedTsn = Math.max(advancedTsn, firstTsn - 1);
        for (Chunk chunk : chunks) {
            if (chunk.tsn > advancedTsn) {
                if (chunk.state != State.ABANDONED) {
                    break;
                }
                advancedTsn = chunk.tsn;
            }
        }
        isForwardDue = advancedTsn >= firstTsn;
    }

    /** Writes FORWARD-TSN (RFC 3758 s.3.2). @return the packet's new end */
    int writeForward(long nowNs, byte[] buf, int at, int end) {
        Map<Integer, Integer> skipped = new LinkedHashMap<>();
        for (Chunk chunk : chunks) {
            if (chunk.tsn > advancedTsn) {
                break;
            }
            if (chunk.message.isOrdered) {
                skipped.put(chunk.message.streamId, chunk.message.streamSequence);
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
        if (timeoutAtNs == Deadline.NEVER) {
            timeoutAtNs = nowNs + timeout.ns();
        }
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
        long ack = SctpWire.extend(cumulative, firstTsn);
        if (ack >= nextTsn()) {
            return false;
        }
        if (ack < firstTsn - 1) {
            return true; // overtaken by a later one
        }
        boolean wasWindowUsed = inFlightBytes + maxPacket > congestionWindow;
        long ackedBytes = 0;
        long highestNewlyAcked = -1;
        boolean advanced = ack >= firstTsn;
        while (firstTsn <= ack) {
            Chunk chunk = chunks.remove();
            if (chunk.state == State.IN_FLIGHT || chunk.state == State.LOST) {
                ackedBytes += chunk.len;
                highestNewlyAcked = firstTsn;
                onAcked(nowNs, chunk);
            }
            firstTsn++;
        }
        long highestInGaps = -1;
        if (gapCount > 0) {
            int block = 0;
            for (Chunk chunk : chunks) {
                while (block < gapCount && ack + Bytes.u16(buf, gaps + 4 * block + 2) < chunk.tsn) {
                    block++;
                }
                if (block == gapCount) {
                    break;
                }
                if (ack + Bytes.u16(buf, gaps + 4 * block) <= chunk.tsn) {
                    highestInGaps = chunk.tsn;
                    if (chunk.state == State.IN_FLIGHT || chunk.state == State.LOST) {
                        ackedBytes += chunk.len;
                        highestNewlyAcked = chunk.tsn;
                        onAcked(nowNs, chunk);
                    }
                }
            }
        }
        peerWindow = window; // of what is in flight beyond the acknowledged, maySendNew takes account
        if (isRecovering && ack >= recoveryExitTsn) {
            isRecovering = false;
        }
        grow(ackedBytes, advanced, wasWindowUsed);
        // In recovery each advance counts against all that is missing, else only against what newer arrivals overtook.
        noteMissing(isRecovering && advanced ? highestInGaps : Math.min(highestNewlyAcked, highestInGaps));
        timeouts = 0; // also a peer whose window is closed is alive
        if (advanced) {
            timeoutAtNs = Deadline.NEVER;
        }
        advance();
        if (chunks.isEmpty()) {
            timeoutAtNs = Deadline.NEVER;
        } else if (timeoutAtNs == Deadline.NEVER) {
            timeoutAtNs = nowNs + timeout.ns();
        }
        return true;
    }

    private void onAcked(long nowNs, Chunk chunk) {
        if (chunk.state == State.IN_FLIGHT) {
            inFlightBytes -= chunk.len;
        }
        chunk.state = State.ACKED;
        if (chunk.transmits == 1) {
            timeout.onRoundTrip(nowNs - chunk.sentAtNs);
        }
    }

    /** Slow start and congestion avoidance (RFC 9260 s.7.2.1, s.7.2.2). */
    private void grow(long ackedBytes, boolean advanced, boolean wasWindowUsed) {
        if (congestionWindow <= slowStartThreshold) {
            if (advanced && wasWindowUsed && !isRecovering) {
                congestionWindow += Math.min(ackedBytes, maxPacket);
            }
            return;
        }
        partialBytesAcked += ackedBytes;
        if (partialBytesAcked >= congestionWindow) {
            partialBytesAcked -= congestionWindow;
            if (wasWindowUsed) {
                congestionWindow += maxPacket;
            }
        }
    }

    private void noteMissing(long below) {
        List<Chunk> lost = new ArrayList<>();
        for (Chunk chunk : chunks) {
            if (chunk.tsn >= below) {
                break;
            }
            if (chunk.state == State.IN_FLIGHT && ++chunk.missed >= FAST_RETRANSMIT_AT) {
                lost.add(chunk);
            }
        }
        lost.forEach(this::lose);
        if (!lost.isEmpty() && !isRecovering) {
            isRecovering = true;
            isFastRetransmitDue = true;
            recoveryExitTsn = nextTsn() - 1;
            slowStartThreshold = Math.max(congestionWindow / 2, 4L * maxPacket);
            congestionWindow = slowStartThreshold;
            partialBytesAcked = 0;
        }
    }

    private void lose(Chunk chunk) {
        if (chunk.state != State.IN_FLIGHT) {
            return; // its message was just given up with another fragment
        }
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
        slowStartThreshold = Math.max(congestionWindow / 2, 4L * maxPacket);
        congestionWindow = maxPacket;
        partialBytesAcked = 0;
        isRecovering = false;
        retransmits.clear();
        for (Chunk chunk : List.copyOf(chunks)) {
            if (chunk.state == State.IN_FLIGHT) {
                lose(chunk);
            } else if (chunk.state == State.LOST) {
                retransmits.add(chunk);
            }
        }
        advance();
        timeoutAtNs = nowNs + timeout.ns();
        return true;
    }
}
