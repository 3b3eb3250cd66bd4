// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Virtual time: events in the order of their times, invariants checked after each. */
public final class Simulation {
    private static final long MS = 1_000_000L;
    private static final int STORY_LINES = 200;

    private record Event(long atNs, long order, Runnable action) {}

    private final Choices choices;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNs != b.atNs ? Long.compare(a.atNs, b.atNs) : Long.compare(a.order, b.order));
    private final List<Runnable> invariants = new ArrayList<>();
    private long nowNs = 1_000 * MS;
    private long order;
    private long hash = 1;
    private final ArrayDeque<String> story = new ArrayDeque<>();

    public Simulation(Choices choices) {
        this.choices = choices;
    }

    public Choices choices() {
        return choices;
    }

    public long nowNs() {
        return nowNs;
    }

    public void at(long atNs, Runnable action) {
        events.add(new Event(Math.max(atNs, nowNs), order++, action));
    }

    public void after(long delayMs, Runnable action) {
        at(nowNs + delayMs * MS, action);
    }

    /** Checked after every event; throws what is wrong. */
    public void invariant(Runnable check) {
        invariants.add(check);
    }

    /** Notes what happens, for people who look for a fault. */
    public void note(String what) {
        if (story.size() == STORY_LINES) {
            story.removeFirst();
        }
        story.addLast(nowNs / MS + " ms: " + what);
    }

    /** The last things noted, a line each. */
    public String story() {
        return String.join("\n", story);
    }

    /** Folds output into the fingerprint of the run. */
    public void observe(byte[] buf, int off, int len) {
        for (int i = off; i < off + len; i++) {
            hash = hash * 31 + buf[i];
        }
        hash = hash * 31 + nowNs;
    }

    /** Equal for two runs of one seed unless something hidden (a clock, a hash order) leaks in. */
    public long fingerprint() {
        return hash;
    }

    public void runForMs(long ms) {
        long untilNs = nowNs + ms * MS;
        while (!events.isEmpty() && events.peek().atNs <= untilNs) {
            step();
        }
        nowNs = untilNs;
    }

    /** @throws AssertionError if the condition does not hold within the virtual time given */
    public void runUntil(String what, long limitMs, BooleanSupplier condition) {
        long untilNs = nowNs + limitMs * MS;
        while (!condition.getAsBoolean()) {
            if (events.isEmpty() || events.peek().atNs > untilNs) {
                throw new AssertionError(what + " did not happen within " + limitMs + " ms of virtual time");
            }
            step();
        }
    }

    private void step() {
        Event event = events.remove();
        nowNs = event.atNs;
        event.action.run();
        for (Runnable invariant : invariants) {
            invariant.run();
        }
    }
}
