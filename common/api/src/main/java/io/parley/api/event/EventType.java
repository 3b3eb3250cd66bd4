// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.event;

import java.util.Arrays;
import java.util.Optional;

/** The types of {@link Event}: LiveKit's webhook events by their names there, and what only the event log has. */
public enum EventType {
    ROOM_STARTED("room_started", true),
    ROOM_FINISHED("room_finished", true),

    /** Another node has the room now, under a higher epoch: whoever had joined and not left by then has left. */
    ROOM_TAKEN_OVER("room_taken_over", false),

    /** The room let it in; it has not joined before its media can flow. */
    PARTICIPANT_ADMITTED("participant_admitted", false),

    PARTICIPANT_JOINED("participant_joined", true),
    PARTICIPANT_LEFT("participant_left", true),

    /** Left without having joined. */
    PARTICIPANT_CONNECTION_ABORTED("participant_connection_aborted", true),

    TRACK_PUBLISHED("track_published", true),
    TRACK_UNPUBLISHED("track_unpublished", true),
    EGRESS_STARTED("egress_started", true),
    EGRESS_UPDATED("egress_updated", true),
    EGRESS_ENDED("egress_ended", true),
    INGRESS_STARTED("ingress_started", true),
    INGRESS_ENDED("ingress_ended", true);

    private final String wireName;
    private final boolean isWebhook;

    EventType(String wireName, boolean isWebhook) {
        this.wireName = wireName;
        this.isWebhook = isWebhook;
    }

    public String wireName() {
        return wireName;
    }

    /** Whether LiveKit's receivers know it. */
    public boolean isWebhook() {
        return isWebhook;
    }

    /** Empty for what a later version made. */
    public static Optional<EventType> of(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName.equals(wireName))
                .findFirst();
    }
}
