// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.message.ParticipantView;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import livekit.LivekitModels.ParticipantInfo;

/**
 * Who left, in case the client did not hear of it: what was sent it shortly before its last word may have gone into a
 * socket that was dead already (LiveKit #4910).
 */
final class Departures {
    /** LiveKit: so much before the client's last word is in doubt. */
    private static final long DOUBT_NS = 3_000_000_000L;

    /** Of a client that says nothing at all; the oldest give way. */
    private static final int MAX = 10_000;

    private record Departure(long atNs, ParticipantInfo info) {}

    private final Deque<Departure> inDoubt = new ArrayDeque<>();

    void add(long nowNs, ParticipantInfo info) {
        if (inDoubt.size() == MAX) {
            inDoubt.removeFirst();
        }
        // Thousands may be kept, of what is of use of somebody who is gone.
        inDoubt.addLast(new Departure(
                nowNs, info.toBuilder().clearMetadata().clearAttributes().build()));
    }

    /** The client said something: what it was told well before, it knows. */
    void onSignal(long nowNs) {
        while (!inDoubt.isEmpty() && nowNs - inDoubt.getFirst().atNs > DOUBT_NS) {
            inDoubt.removeFirst();
        }
    }

    /** Nobody who left counts any more. */
    void clear() {
        inDoubt.clear();
    }

    /** In the order in which they left. */
    List<ParticipantInfo> inDoubt() {
        return inDoubt.stream().map(Departure::info).toList();
    }

    /** The same without those whose identity is there again. */
    List<ParticipantInfo> withoutThoseBack(Collection<ParticipantView> present) {
        Set<String> identities =
                present.stream().map(view -> view.info().getIdentity()).collect(Collectors.toSet());
        return inDoubt().stream()
                .filter(info -> !identities.contains(info.getIdentity()))
                .toList();
    }
}
