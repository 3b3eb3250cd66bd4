// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.rtc.time.Deadline;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Members who publish nothing and of whom the others are told together: a thousand listeners who come one after the other
 * cost each of them a few messages, and not a thousand (LiveKit: batchedUpdates). Owned by the room's home.
 */
final class UpdateBatch {
    /** LiveKit: subscriberUpdateInterval, whatever the size of the room. */
    private static final long MAX_WAIT_NS = 3_000_000_000L;

    /** With it a room sends some hundred messages a second at most, and in a small one nobody notices the wait. */
    private static final long WAIT_PER_MEMBER_NS = 10_000_000L;

    private final Set<Member> waiting = new LinkedHashSet<>();
    private long dueNs = Deadline.NEVER;

    /** @param members how many there are in the room */
    void add(long nowNs, Member member, int members) {
        waiting.add(member);
        if (dueNs == Deadline.NEVER) {
            dueNs = nowNs + Math.min(MAX_WAIT_NS, members * WAIT_PER_MEMBER_NS);
        }
    }

    /** The others are told of it at once, or not at all. */
    void remove(Member member) {
        waiting.remove(member);
        if (waiting.isEmpty()) {
            dueNs = Deadline.NEVER;
        }
    }

    long nextDeadlineNs() {
        return dueNs;
    }

    /** @return of whom to tell now, in the order in which they changed; none before it is time */
    List<Member> pollDue(long nowNs) {
        if (!Deadline.isDue(dueNs, nowNs)) {
            return List.of();
        }
        List<Member> due = List.copyOf(waiting);
        waiting.clear();
        dueNs = Deadline.NEVER;
        return due;
    }
}
