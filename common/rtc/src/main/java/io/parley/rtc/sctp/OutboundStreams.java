// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages that wait to leave, by stream. Streams take turns message by message. */
final class OutboundStreams {
    private static final class Stream {
        final ArrayDeque<OutboundMessage> queue = new ArrayDeque<>();
        int nextSequence;
        int bufferedBytes;
        boolean isPaused;
    }

    private final Map<Integer, Stream> streams = new HashMap<>();

    /** Streams with queued messages, in their turn. */
    private final ArrayDeque<Integer> turns = new ArrayDeque<>();

    private int bufferedBytes;

    void add(OutboundMessage message) {
        Stream stream = streams.computeIfAbsent(message.streamId, unused -> new Stream());
        if (stream.queue.isEmpty() && !stream.isPaused) {
            turns.add(message.streamId);
        }
        stream.queue.add(message);
        stream.bufferedBytes += message.payload.length;
        bufferedBytes += message.payload.length;
    }

    /** Takes the message whose turn it is, with its sequence number; its bytes count until {@link #onLeft}. */
    @Nullable
    OutboundMessage poll(long nowNs) {
        while (!turns.isEmpty()) {
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
                onLeft(message, message.payload.length);
                continue;
            }
            if (message.isOrdered) {
                message.streamSequence = stream.nextSequence;
                stream.nextSequence = stream.nextSequence + 1 & 0xFFFF;
            }
            return message;
        }
        return null;
    }

    /** Bytes of a message were sent for the first time, or never will be. */
    void onLeft(OutboundMessage message, int bytes) {
        bufferedBytes -= bytes;
        Stream stream = streams.get(message.streamId);
        if (stream != null) {
            stream.bufferedBytes -= bytes;
        }
    }

    int bufferedBytes() {
        return bufferedBytes;
    }

    int bufferedBytes(int streamId) {
        Stream stream = streams.get(streamId);
        return stream == null ? 0 : stream.bufferedBytes;
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
        if (!stream.queue.isEmpty()) {
            turns.add(streamId);
        } else if (wasReset) {
            streams.remove(streamId);
        }
    }
}
