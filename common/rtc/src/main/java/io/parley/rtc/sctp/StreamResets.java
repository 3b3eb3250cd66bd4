// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.time.Deadline;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stream reset (RFC 6525): our requests, one at a time, and our answers to the peer's. Only the outgoing direction can
 * be asked for, as data channels do it; other requests are denied.
 */
final class StreamResets {
    private static final int OUTGOING_RESET_REQUEST = 13;
    private static final int INCOMING_RESET_REQUEST = 14;
    private static final int RESPONSE = 16;
    private static final int ADD_INCOMING_STREAMS = 18;

    private static final int NOTHING_TO_DO = 0;
    private static final int PERFORMED = 1;
    private static final int DENIED = 2;
    private static final int BAD_SEQUENCE_NUMBER = 5;
    private static final int IN_PROGRESS = 6;

    private static final int REQUEST_BYTES = 16;
    private static final int RESPONSE_BYTES = 12;

    private final int maxStreams;

    /** Streams that fit into a request behind an answer; the others have to wait for the next. */
    private final int maxRequested;

    private final OutboundData outbound;
    private final TreeSet<Integer> wanted = new TreeSet<>();

    /** Streams of the request under way, or null. */
    private @Nullable Set<Integer> requested;

    private int nextRequest;
    private boolean isRequestDue;
    private long retryAtNs = Deadline.NEVER;

    /** What the peer may ask next, and what its last request got. */
    private int nextPeerRequest;

    private int lastResult = NOTHING_TO_DO;
    private int answerTo;
    private int answer;
    private boolean isAnswerDue;

    StreamResets(SctpSettings settings, OutboundData outbound, int localInitialTsn, int peerInitialTsn) {
        this.maxStreams = settings.maxStreams();
        int room = settings.maxPacket() - SctpWire.HEADER_BYTES - SctpWire.CHUNK_HEADER_BYTES;
        this.maxRequested = (room - RESPONSE_BYTES - REQUEST_BYTES) / 2 & ~1; // the packet is padded to 4
        this.outbound = outbound;
        this.nextRequest = localInitialTsn;
        this.nextPeerRequest = peerInitialTsn;
    }

    /** What was queued on the stream goes out first. */
    void request(int streamId) {
        if (streamId < maxStreams && (requested == null || !requested.contains(streamId))) {
            wanted.add(streamId);
        }
    }

    /** Whether a RE-CONFIG is to be sent. */
    boolean isDue() {
        if (requested == null && !wanted.isEmpty()) {
            Set<Integer> sent = new TreeSet<>();
            for (int streamId : wanted) {
                if (outbound.isSent(streamId) && sent.size() < maxRequested) {
                    sent.add(streamId);
                }
            }
            if (!sent.isEmpty()) {
                sent.forEach(outbound::pause);
                sent.forEach(wanted::remove);
                requested = sent;
                isRequestDue = true;
            }
        }
        return isRequestDue || isAnswerDue;
    }

    /** @return the packet's new end */
    int write(long nowNs, long timeoutNs, byte[] buf, int at) {
        int position = at + SctpWire.CHUNK_HEADER_BYTES;
        if (isAnswerDue) {
            Bytes.putU16(buf, position, RESPONSE);
            Bytes.putU16(buf, position + 2, RESPONSE_BYTES);
            Bytes.putI32(buf, position + 4, answerTo);
            Bytes.putI32(buf, position + 8, answer);
            position += RESPONSE_BYTES;
            isAnswerDue = false;
        }
        Set<Integer> streamIds = requested;
        int length = position - at;
        if (isRequestDue && streamIds != null) {
            int parameterLength = REQUEST_BYTES + 2 * streamIds.size();
            Bytes.putU16(buf, position, OUTGOING_RESET_REQUEST);
            Bytes.putU16(buf, position + 2, parameterLength);
            Bytes.putI32(buf, position + 4, nextRequest);
            Bytes.putI32(buf, position + 8, nextPeerRequest - 1);
            Bytes.putI32(buf, position + 12, outbound.lastAssignedTsn());
            int id = position + REQUEST_BYTES;
            for (int streamId : streamIds) {
                Bytes.putU16(buf, id, streamId);
                id += 2;
            }
            length = position + parameterLength - at;
            isRequestDue = false;
            retryAtNs = nowNs + timeoutNs;
        }
        SctpWire.writeChunkHeader(buf, at, SctpWire.RE_CONFIG, 0, length);
        return SctpWire.pad(buf, at, length);
    }

    long nextDeadlineNs() {
        return retryAtNs;
    }

    void onDeadline(long nowNs) {
        if (Deadline.isDue(retryAtNs, nowNs)) {
            retryAtNs = Deadline.NEVER;
            isRequestDue = requested != null;
        }
    }

    /**
     * The parameters of a RE-CONFIG chunk.
     *
     * @return streams that the peer reset, maybe none
     */
    Set<Integer> onReconfig(byte[] buf, int off, int end, InboundData inbound) {
        Set<Integer> reset = new TreeSet<>();
        int at = off;
        while (at + 4 <= end) {
            int type = Bytes.u16(buf, at);
            int length = Bytes.u16(buf, at + 2);
            if (length < 4 || at + length > end) {
                break;
            }
            if (type == RESPONSE && length >= RESPONSE_BYTES) {
                onResponse(Bytes.i32(buf, at + 4), Bytes.i32(buf, at + 8));
            } else if (type == OUTGOING_RESET_REQUEST && length >= REQUEST_BYTES) {
                onRequest(buf, at, length, inbound, reset);
            } else if (type >= INCOMING_RESET_REQUEST && type <= ADD_INCOMING_STREAMS && length >= 8) {
                answer(Bytes.i32(buf, at + 4), DENIED);
            }
            at += SctpWire.padded(length);
        }
        return reset;
    }

    private void onRequest(byte[] buf, int at, int length, InboundData inbound, Set<Integer> reset) {
        int number = Bytes.i32(buf, at + 4);
        if (number == nextPeerRequest - 1 && lastResult != IN_PROGRESS) {
            answer(number, lastResult); // our answer was lost
            return;
        }
        if (number != nextPeerRequest && number != nextPeerRequest - 1) {
            answer(number, BAD_SEQUENCE_NUMBER);
            return;
        }
        boolean isComplete = inbound.cumulativeTsn() - Bytes.i32(buf, at + 12) >= 0;
        if (isComplete) {
            for (int id = at + REQUEST_BYTES; id + 2 <= at + length; id += 2) {
                int streamId = Bytes.u16(buf, id);
                if (streamId < maxStreams && reset.add(streamId)) {
                    inbound.reset(streamId);
                }
            }
        }
        lastResult = isComplete ? PERFORMED : IN_PROGRESS;
        nextPeerRequest = number + 1;
        answer(number, lastResult);
    }

    private void answer(int number, int result) {
        answerTo = number;
        answer = result;
        isAnswerDue = true;
    }

    private void onResponse(int number, int result) {
        Set<Integer> streamIds = requested;
        if (streamIds == null || number != nextRequest) {
            return;
        }
        if (result == IN_PROGRESS) {
            return; // asked again when the timer fires
        }
        boolean wasReset = result == PERFORMED || result == NOTHING_TO_DO;
        streamIds.forEach(streamId -> outbound.resume(streamId, wasReset));
        requested = null;
        nextRequest++;
        retryAtNs = Deadline.NEVER;
    }
}
