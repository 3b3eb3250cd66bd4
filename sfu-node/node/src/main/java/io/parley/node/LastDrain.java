// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The process was told to end (SIGTERM): its node is drained. Spring stops this first of all, as it depends on the {@link
 * NodeAnnouncer}, which is stopped before the connections to the directory are.
 */
final class LastDrain implements SmartLifecycle {
    /** After the deadline, for the directory to take the rooms. */
    private static final Duration HAND_OVER_TIME = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(LastDrain.class);

    private final SfuNode node;
    private final Duration deadline;
    private volatile boolean isRunning;

    LastDrain(SfuNode node, Duration deadline) {
        this.node = node;
        this.deadline = deadline;
    }

    @Override
    public void start() {
        isRunning = true;
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public void stop() {
        isRunning = false;
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
