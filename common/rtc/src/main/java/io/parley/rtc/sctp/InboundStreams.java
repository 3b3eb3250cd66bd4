// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whole messages: those that wait for their turn in their stream (RFC 9260 s.6.5), and those that can be taken. */
final class InboundStreams {
    private static final class Stream {
        /** Sequence number of the next message, which goes on rising where the wire's wraps. */
        long next;

        /** By sequence number, all above {@link #next}. */
        final TreeMap<Long, SctpEvent.Message> waiting = new TreeMap<>();

        /** The number nearest to the next whose low 16 bits are on the wire. */
        long extend(int streamSequence) {
            return next + (short) (streamSequence - (int) next);
        }
    }

    private final Map<Integer, Stream> streams = new HashMap<>();
    private final ArrayDeque<SctpEvent.Message> ready = new ArrayDeque<>();
    private int heldBytes;

    /** What the messages cost, payload and objects. */
    int heldBytes() {
        return heldBytes;
    }

    boolean hasReady() {
        return !ready.isEmpty();
    }

    void addUnordered(SctpEvent.Message message) {
        heldBytes += cost(message);
        ready.add(message);
    }

    void add(SctpEvent.Message message, int streamSequence) {
        Stream stream = stream(message.streamId());
        long sequence = stream.extend(streamSequence);
        if (sequence < stream.next) {
            return; // its turn is over: the peer numbers two messages alike
        }
        heldBytes += cost(message);
        SctpEvent.Message before = stream.waiting.put(sequence, message);
        heldBytes -= before == null ? 0 : cost(before);
        deliverInTurn(stream);
    }

    private Stream stream(int streamId) {
        return streams.computeIfAbsent(streamId, unused -> new Stream());
    }

    private void deliverInTurn(Stream stream) {
        for (SctpEvent.Message message = stream.waiting.remove(stream.next);
                message != null;
                message = stream.waiting.remove(stream.next)) {
            ready.add(message);
            stream.next++;
        }
    }

    /** Messages up to a sequence number are not waited for any more; those that are whole are delivered. */
    void skip(int streamId, int streamSequence) {
        Stream stream = stream(streamId);
        long sequence = stream.extend(streamSequence);
        if (sequence < stream.next) {
            return;
        }
        Iterator<SctpEvent.Message> skipped =
                stream.waiting.headMap(sequence, true).values().iterator();
        while (skipped.hasNext()) {
            ready.add(skipped.next());
            skipped.remove();
        }
        stream.next = sequence + 1;
        deliverInTurn(stream);
    }

    /** The peer starts a stream's numbers from zero. Everything before the reset came, so nothing waits. */
    void reset(int streamId) {
        Stream stream = streams.remove(streamId);
        if (stream != null) {
            stream.waiting.values().forEach(message -> heldBytes -= cost(message));
        }
    }

    SctpEvent.@Nullable Message poll() {
        SctpEvent.Message message = ready.poll();
        heldBytes -= message == null ? 0 : cost(message);
        return message;
    }

    private static int cost(SctpEvent.Message message) {
        return message.payload().length + InboundData.OVERHEAD_BYTES;
    }
}
