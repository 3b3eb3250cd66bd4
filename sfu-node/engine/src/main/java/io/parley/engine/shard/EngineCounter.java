// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

/** What a shard counts of its sessions, beside what its peers count and what its rooms' events say. */
public enum EngineCounter {
    /** Signal streams that came back to a session. Many at once: a room-service died, or its network. */
    SESSIONS_RESUMED,
    /** Tracks that a participant began to be sent; those that it is sent now are the difference to the next. */
    SUBSCRIPTIONS_STARTED,
    SUBSCRIPTIONS_ENDED
}
