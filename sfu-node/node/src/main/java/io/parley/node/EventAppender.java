// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.event.Event;
import io.parley.cluster.EventLog;
import io.parley.cluster.LogThrottle;
import io.parley.engine.event.RoomEvent;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands what happens in the node's rooms to the event log; from one thread. */
final class EventAppender implements Consumer<RoomEvent> {
    private static final Logger log = LoggerFactory.getLogger(EventAppender.class);

    private final EventLog events;
    private final EventMapper mapper;
    private final LongAdder appended = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LogThrottle losses = new LogThrottle();

    EventAppender(EventLog events, RandomGenerator random) {
        this.events = events;
        this.mapper = new EventMapper(random);
    }

    @Override
    public void accept(RoomEvent event) {
        Event mapped = mapper.map(event);
        events.append(mapped).whenComplete((done, error) -> {
            if (error == null) {
                appended.increment();
                return;
            }
            refused.increment();
            if (losses.tryPass()) {
                log.atError()
                        .addKeyValue("room", mapped.key())
                        .addKeyValue("type", mapped.type())
                        .log("the event log does not take events, which are lost: {}", error.getMessage());
            }
        });
    }

    /** Events that the log has. */
    long appended() {
        return appended.sum();
    }

    /** Events that are lost. */
    long refused() {
        return refused.sum();
    }
}
