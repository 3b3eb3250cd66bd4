// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** What was thrown because of a bug, on its way to people: with what is closed for it. */
final class Bugs {
    private final Consumer<Throwable> listener;

    Bugs(Consumer<Throwable> listener) {
        this.listener = listener;
    }

    /** @param dump the state of what is closed, as far as it can still say anything */
    void report(Object closed, Supplier<Object> dump, Throwable bug) {
        Object state;
        try {
            state = dump.get();
        } catch (RuntimeException | Error e) {
            bug.addSuppressed(e);
            state = closed;
        }
        report(state, bug);
    }

    void report(Object closed, Throwable bug) {
        listener.accept(new IllegalStateException("closing " + closed, bug));
    }
}
