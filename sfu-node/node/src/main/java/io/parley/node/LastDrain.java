// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process was told to end (SIGTERM): its node is drained first, and then the other parts are closed. */
final class LastDrain implements AutoCloseable {
    /** After the deadline, for the directory to take the rooms. */
    private static final Duration HAND_OVER_TIME = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(LastDrain.class);

    private final SfuNode node;
    private final Duration deadline;

    LastDrain(SfuNode node, Duration deadline) {
        this.node = node;
        this.deadline = deadline;
    }

    @Override
    public void close() {
        node.drain(deadline);
        try {
            if (!node.awaitEmpty(deadline.plus(HAND_OVER_TIME))) {
                log.atWarn()
                        .addKeyValue("rooms", node.roomCount())
                        .log("rooms were not handed over: others take them over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
