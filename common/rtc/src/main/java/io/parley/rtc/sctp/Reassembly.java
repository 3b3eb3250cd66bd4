// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fragments that wait for the rest of their message (RFC 9260 s.6.9). Those with consecutive numbers of one message are
 * a run, which a new fragment lengthens or joins to the next: what a fragment costs grows with the logarithm of the
 * number of runs, however many fragments they have.
 */
final class Reassembly {
    /** Part of a message. */
    static final class Fragment {
        private final int flags;
        private final int streamId;
        private final int streamSequence;
        private final int ppid;
        private final byte[] payload;

        /** Behind it in its run. */
        private @Nullable Fragment next;

        Fragment(int flags, int streamId, int streamSequence, int ppid, byte[] payload) {
            this.flags = flags;
            this.streamId = streamId;
            this.streamSequence = streamSequence;
            this.ppid = ppid;
            this.payload = payload;
        }

        private boolean begins() {
            return (flags & SctpWire.BEGIN) != 0;
        }

        private boolean ends() {
            return (flags & SctpWire.END) != 0;
        }

        boolean isUnordered() {
            return (flags & SctpWire.UNORDERED) != 0;
        }

        int streamSequence() {
            return streamSequence;
        }

        /** Whether the fragment with the next number is of the same message. */
        private boolean goesOnWith(Fragment following) {
            return !ends()
                    && !following.begins()
                    && streamId == following.streamId
                    && isUnordered() == following.isUnordered()
                    && (isUnordered() || streamSequence == following.streamSequence);
        }
    }

    /** Fragments of one message with consecutive numbers. */
    static final class Run {
        private final Fragment head;
        private Fragment tail;
        private long last;
        private int fragments = 1;
        private int sizeBytes;

        Run(long tsn, Fragment fragment) {
            head = fragment;
            tail = fragment;
            last = tsn;
            sizeBytes = fragment.payload.length;
        }

        private void join(Run following) {
            tail.next = following.head;
            tail = following.tail;
            last = following.last;
            fragments += following.fragments;
            sizeBytes += following.sizeBytes;
        }

        Fragment head() {
            return head;
        }

        int sizeBytes() {
            return sizeBytes;
        }

        boolean isWhole() {
            return head.begins() && tail.ends();
        }

        SctpEvent.Message message() {
            byte[] payload = head.payload;
            if (fragments > 1) {
                payload = new byte[sizeBytes];
                int at = 0;
                for (Fragment fragment = head; fragment != null; fragment = fragment.next) {
                    System.arraycopy(fragment.payload, 0, payload, at, fragment.payload.length);
                    at += fragment.payload.length;
                }
            }
            return new SctpEvent.Message(head.streamId, head.ppid, payload);
        }

        private int heldBytes() {
            return sizeBytes + fragments * InboundData.OVERHEAD_BYTES;
        }
    }

    /** By the number of their first fragment. */
    private final TreeMap<Long, Run> runs = new TreeMap<>();

    private int heldBytes;

    /** What the fragments cost, payload and objects. */
    int heldBytes() {
        return heldBytes;
    }

    /** @return the run that the fragment is now part of; kept here unless it is a whole message */
    Run add(long tsn, Fragment fragment) {
        Run run = new Run(tsn, fragment);
        if (run.isWhole()) {
            return run; // most messages are one fragment
        }
        heldBytes += run.heldBytes();
        long first = tsn;
        Run following = runs.get(tsn + 1);
        if (following != null && fragment.goesOnWith(following.head)) {
            runs.remove(tsn + 1);
            run.join(following);
        }
        Map.Entry<Long, Run> before = runs.lowerEntry(tsn);
        if (before != null
                && before.getValue().last == tsn - 1
                && before.getValue().tail.goesOnWith(fragment)) {
            first = before.getKey();
            before.getValue().join(run);
            run = before.getValue();
        }
        if (run.isWhole()) {
            runs.remove(first);
            heldBytes -= run.heldBytes();
        } else {
            runs.put(first, run);
        }
        return run;
    }

    /** The peer gives up all up to a number, and with any part of a message the whole. */
    void skipTo(long tsn) {
        dropBelow(tsn, true);
    }

    /**
     * Drops what can't become whole, because all numbers up to the cumulative one are known: messages of which the peer
     * gave up a part after another had come, or that it never meant to finish.
     */
    void dropHopeless(long cumulative) {
        dropBelow(cumulative, false);
    }

    private void dropBelow(long tsn, boolean all) {
        Iterator<Run> begun = runs.headMap(tsn, true).values().iterator();
        while (begun.hasNext()) {
            Run run = begun.next();
            if (all || !run.head.begins() || run.last < tsn) {
                heldBytes -= run.heldBytes();
                begun.remove();
            }
        }
    }
}
