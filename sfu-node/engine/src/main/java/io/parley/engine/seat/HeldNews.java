// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.message.ParticipantView;
import io.parley.rtc.time.Deadline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client that joins afresh hears of others only when it can take it in
 * ({@link io.parley.api.signal.SignalDialect#losesNewsAtRejoin}): how each stands by then, and no more than that.
 */
final class HeldNews {
    /** The client's two seconds begin when it has the join response; its timers may be late. */
    private static final long HOLD_NS = 2_250_000_000L;

    /** Since its connection is there. */
    private static final long SETTLE_NS = 250_000_000L;

    /** By sid, in the order in which they came, changed or went. */
    private final Map<String, ParticipantView> views = new LinkedHashMap<>();

    private long dueNs = Deadline.NEVER;
    private boolean isHolding;

    /** The join response goes out. */
    void start(long nowNs) {
        isHolding = true;
        dueNs = nowNs + HOLD_NS;
    }

    boolean isHolding() {
        return isHolding;
    }

    void onConnected(long nowNs) {
        if (isHolding && dueNs - nowNs < SETTLE_NS) {
            dueNs = nowNs + SETTLE_NS;
        }
    }

    void add(ParticipantView view) {
        views.put(view.info().getSid(), view);
    }

    /** Of another room, which the participant left. */
    void clear() {
        views.clear();
    }

    long nextDeadlineNs() {
        return isHolding ? dueNs : Deadline.NEVER;
    }

    /** Ends the holding. */
    List<ParticipantView> release() {
        List<ParticipantView> all = List.copyOf(views.values());
        views.clear();
        isHolding = false;
        return all;
    }
}
