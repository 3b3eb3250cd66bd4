// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

/** What a shard counts of its sessions, beside what its peers count. */
public enum EngineCounter {
    /** Participants that came in by this shard. */
    SESSIONS_STARTED,
    /** Those whose media could flow. Far fewer than started: clients don't reach the UDP port. */
    SESSIONS_ACTIVE,
    /** Signal streams that came back to a session. Many at once: a room-service died, or its network. */
    SESSIONS_RESUMED
}
