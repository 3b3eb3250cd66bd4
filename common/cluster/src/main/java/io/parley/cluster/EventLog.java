// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.event.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What happened, in order, for whoever wants to know. Stages complete on any thread. */
public interface EventLog {
    /** Of a reading: what was taken is noted in the log, where that is possible within this time. */
    Duration MAX_CLOSE = Duration.ofSeconds(6);

    /** Takes batches of events; those of one key in order, one batch after the other. */
    interface Reader {
        /**
         * @return completes once the events are taken for good. Until then the batch may come again, also to another reader
         *     of the group; after a failure it does, a little later
         */
        CompletionStage<Void> onEvents(List<Event> events);
    }

    /**
     * Completes once the event outlives this process as far as the log does: it is there, or on disk on its way. Events of a key that one process appends stay in their order. Never fails
     * because the log is away: what the process may keep meanwhile is bounded, and beyond it fails with an {@link
     * io.parley.api.error.ApiError} RESOURCE_EXHAUSTED.
     */
    CompletionStage<Void> append(Event event);

    /**
     * Hands every event that is appended from the group's first reading on, and those that the log has from before, to one
     * of the group's readers.
     *
     * @return closing it lets others of the group go on where this one was; it takes {@link #MAX_CLOSE} at most, and is cut
     *     short where the thread is interrupted
     */
    AutoCloseable read(String group, Reader reader);

    /**
     * Whether all readings that were not closed go on: false where one ended, or hangs, by a fault of this process. That the
     * log is away is none.
     */
    default boolean isReading() {
        return true;
    }
}
