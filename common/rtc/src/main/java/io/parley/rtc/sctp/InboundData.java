// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half: which numbers came, what to acknowledge and when (RFC 9260 s.6.2), fragments put together (s.6.9),
 * order within streams (s.6.5), numbers that the peer gave up (RFC 3758 s.3.6). Bytes that wait here, or to be polled,
 * narrow the window that the peer is told.
 */
final class InboundData {
    private static final long SACK_DELAY_NS = 20_000_000L;

    /** Numbers beyond the cumulative one that are remembered; what is further ahead is dropped. */
    private static final int MAX_AHEAD = 1 << 14;

    private static final int MAX_GAPS = 64;
    private static final int MAX_DUPLICATES = 16;

    /** What a fragment costs beside its bytes, so that tiny ones can't fill the memory. */
    private static final int FRAGMENT_OVERHEAD = 64;

    private record Fragment(int flags, int streamId, int streamSequence, int ppid, byte[] payload) {
        boolean begins() {
            return (flags & SctpWire.BEGIN) != 0;
        }

        boolean ends() {
            return (flags & SctpWire.END) != 0;
        }

        boolean isUnordered() {
            return (flags & SctpWire.UNORDERED) != 0;
        }
    }

    private static final class Stream {
        int nextSequence;
        final Map<Integer, SctpEvent.Message> waiting = new HashMap<>();
    }

    private final int window;
    private final int maxStreams;
    private final Map<Integer, Stream> streams = new HashMap<>();
    private final TreeMap<Long, Fragment> fragments = new TreeMap<>();
    private final ArrayDeque<SctpEvent.Message> ready = new ArrayDeque<>();

    /** Bit {@code tsn % MAX_AHEAD} for the numbers above {@link #cumulative}. */
    private final long[] received = new long[MAX_AHEAD / Long.SIZE];

    private final int[] duplicates = new int[MAX_DUPLICATES];
    private int duplicateCount;

    /** Everything up to it came or was given up. */
    private long cumulative;

    private long highest;
    private int bufferedBytes;
    private int advertisedWindow;
    private int packetsUnacked;
    private boolean isSackDue;
    private long sackAtNs = Deadline.NEVER;

    /** @param initialTsn the first number that the peer will use */
    InboundData(int window, int maxStreams, int initialTsn) {
        this.window = window;
        this.maxStreams = maxStreams;
        this.advertisedWindow = window;
        this.cumulative = (initialTsn & 0xFFFF_FFFFL) - 1;
        this.highest = cumulative;
    }

    int cumulativeTsn() {
        return (int) cumulative;
    }

    // ---- arrivals ----

    /** One DATA chunk with at least a byte of payload. */
    void onData(int flags, int tsnOnWire, int streamId, int streamSequence, int ppid, byte[] buf, int off, int len) {
        long tsn = SctpWire.extend(tsnOnWire, cumulative);
        // The last fragment of a message too: senders that wait for one message before the next would wait for our
        // delay.
        boolean isLastFragment = (flags & (SctpWire.BEGIN | SctpWire.END)) == SctpWire.END;
        isSackDue |= isLastFragment || (flags & SctpWire.IMMEDIATE) != 0;
        if (tsn <= cumulative || (tsn <= highest && isReceived(tsn))) {
            noteDuplicate(tsnOnWire);
            return;
        }
        // The next number always finds room: what waits for it can then go.
        boolean isFull = bufferedBytes + len > window && tsn != cumulative + 1;
        if (tsn > cumulative + MAX_AHEAD || isFull) {
            isSackDue = true;
            return;
        }
        note(tsn);
        if (streamId >= maxStreams) {
            return; // acknowledged, and for nobody
        }
        bufferedBytes += len + FRAGMENT_OVERHEAD;
        byte[] payload = Arrays.copyOfRange(buf, off, off + len);
        Fragment fragment = new Fragment(flags, streamId, streamSequence, ppid, payload);
        if (fragment.begins() && fragment.ends()) {
            bufferedBytes -= FRAGMENT_OVERHEAD;
            complete(fragment, payload);
        } else {
            fragments.put(tsn, fragment);
            assemble(tsn);
        }
    }

    /** After a packet that held DATA: every second one is acknowledged at once, and every one while numbers lack. */
    void onPacketEnd(long nowNs) {
        packetsUnacked++;
        if (packetsUnacked >= 2 || highest > cumulative || duplicateCount > 0) {
            isSackDue = true;
        } else if (sackAtNs == Deadline.NEVER) {
            sackAtNs = nowNs + SACK_DELAY_NS;
        }
    }

    private void note(long tsn) {
        received[word(tsn)] |= 1L << tsn;
        highest = Math.max(highest, tsn);
        advance();
    }

    /** Takes the cumulative number over what came ahead of it. */
    private void advance() {
        while (cumulative < highest && isReceived(cumulative + 1)) {
            cumulative++;
            received[word(cumulative)] &= ~(1L << cumulative);
        }
    }

    private boolean isReceived(long tsn) {
        return (received[word(tsn)] & 1L << tsn) != 0;
    }

    private static int word(long tsn) {
        return (int) (tsn % MAX_AHEAD / Long.SIZE);
    }

    private void noteDuplicate(int tsn) {
        if (duplicateCount < MAX_DUPLICATES) {
            duplicates[duplicateCount++] = tsn;
        }
        isSackDue = true;
    }

    /** Puts a message together if the fragment completed it: fragments of a message have consecutive numbers. */
    private void assemble(long tsn) {
        long first = tsn;
        long last = tsn;
        Fragment end = fragments.get(tsn);
        while (end != null && !end.ends()) {
            end = fragments.get(++last);
        }
        Fragment begin = end == null ? null : fragments.get(tsn);
        while (begin != null && !begin.begins()) {
            begin = fragments.get(--first);
        }
        if (begin == null) {
            return;
        }
        int size = 0;
        for (long at = first; at <= last; at++) {
            size += fragmentAt(at).payload.length;
        }
        byte[] payload = new byte[size];
        int position = 0;
        for (long at = first; at <= last; at++) {
            byte[] part = fragmentAt(at).payload;
            System.arraycopy(part, 0, payload, position, part.length);
            position += part.length;
            fragments.remove(at);
            bufferedBytes -= FRAGMENT_OVERHEAD;
        }
        complete(begin, payload);
    }

    private Fragment fragmentAt(long tsn) {
        Fragment fragment = fragments.get(tsn);
        if (fragment == null) {
            throw new IllegalStateException("fragment " + tsn + " was there a moment ago");
        }
        return fragment;
    }

    private void complete(Fragment first, byte[] payload) {
        SctpEvent.Message message = new SctpEvent.Message(first.streamId, first.ppid, payload);
        if (first.isUnordered()) {
            ready.add(message);
            return;
        }
        Stream stream = streams.computeIfAbsent(first.streamId, unused -> new Stream());
        if (first.streamSequence != stream.nextSequence) {
            SctpEvent.Message before = stream.waiting.put(first.streamSequence, message);
            bufferedBytes -= before == null ? 0 : before.payload().length; // a peer that numbers two messages alike
            return;
        }
        ready.add(message);
        stream.nextSequence = stream.nextSequence + 1 & 0xFFFF;
        deliverInTurn(stream);
    }

    private void deliverInTurn(Stream stream) {
        for (SctpEvent.Message next = stream.waiting.remove(stream.nextSequence);
                next != null;
                next = stream.waiting.remove(stream.nextSequence)) {
            ready.add(next);
            stream.nextSequence = stream.nextSequence + 1 & 0xFFFF;
        }
    }

    // ---- what the peer gives up ----

    /** FORWARD-TSN with pairs of stream id and stream sequence number at {@code pairs}. */
    void onForward(int newCumulative, byte[] buf, int pairs, int end) {
        isSackDue = true;
        long target = SctpWire.extend(newCumulative, cumulative);
        if (target <= cumulative || target > cumulative + MAX_AHEAD) {
            return;
        }
        for (long tsn = cumulative + 1; tsn <= target; tsn++) {
            received[word(tsn)] &= ~(1L << tsn);
        }
        cumulative = target;
        highest = Math.max(highest, target);
        advance();
        Map<Long, Fragment> givenUp = fragments.headMap(target, true);
        for (Fragment fragment : givenUp.values()) {
            bufferedBytes -= fragment.payload.length + FRAGMENT_OVERHEAD;
        }
        givenUp.clear();
        for (int at = pairs; at + 4 <= end; at += 4) {
            skip(Bytes.u16(buf, at), Bytes.u16(buf, at + 2));
        }
    }

    /** Messages up to a sequence number are not waited for any more; those that are whole are delivered. */
    private void skip(int streamId, int streamSequence) {
        if (streamId >= maxStreams) {
            return;
        }
        Stream stream = streams.computeIfAbsent(streamId, unused -> new Stream());
        while ((short) (streamSequence - stream.nextSequence) >= 0) {
            SctpEvent.Message message = stream.waiting.remove(stream.nextSequence);
            if (message != null) {
                ready.add(message);
            }
            stream.nextSequence = stream.nextSequence + 1 & 0xFFFF;
        }
        deliverInTurn(stream);
    }

    /** The peer starts a stream's numbers from zero. Everything before the reset came, so nothing waits. */
    void reset(int streamId) {
        Stream stream = streams.remove(streamId);
        if (stream != null) {
            for (SctpEvent.Message message : stream.waiting.values()) {
                bufferedBytes -= message.payload().length;
            }
        }
    }

    // ---- delivery ----

    SctpEvent.@Nullable Message pollMessage() {
        SctpEvent.Message message = ready.poll();
        if (message != null) {
            bufferedBytes -= message.payload().length;
            // A peer that stopped for lack of room has to hear that there is some again.
            isSackDue |= advertisedWindow < window / 4 && windowNow() > window / 2;
        }
        return message;
    }

    private int windowNow() {
        return Math.max(0, window - bufferedBytes);
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
        int position = at + SctpWire.SACK_HEADER_BYTES;
        int gaps = 0;
        long tsn = cumulative + 1;
        while (tsn <= highest && gaps < MAX_GAPS && position + 4 <= end) {
            if (!isReceived(tsn)) {
                tsn++;
                continue;
            }
            long start = tsn;
            while (tsn <= highest && isReceived(tsn)) {
                tsn++;
            }
            Bytes.putU16(buf, position, (int) (start - cumulative));
            Bytes.putU16(buf, position + 2, (int) (tsn - 1 - cumulative));
            position += 4;
            gaps++;
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
