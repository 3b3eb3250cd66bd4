// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.id.RoomName;
import io.parley.api.token.Grants;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.time.Duration;
import java.time.Instant;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * The token with which a client may come back: of the key of the one that it joined with, saying what holds of the
 * participant now. Used as its session is: by any thread, one call at a time.
 */
final class TokenRefresh {
    /** LiveKit's: how often a client gets a new one. */
    static final Duration INTERVAL = Duration.ofMinutes(5);

    /** LiveKit's: for as long at least, and for as long as the one that it joined with. */
    static final Duration MIN_LIFETIME = Duration.ofMinutes(10);

    private final ApiKeys keys;
    private final Instant expiresAt;
    private Grants grants;

    /** When the next is due. */
    private Instant dueAt = Instant.MIN;

    /**
     * @param grants of the token that it joins with
     * @param expiresAt when that does
     */
    TokenRefresh(ApiKeys keys, Grants grants, Instant expiresAt) {
        this.keys = keys;
        this.grants = grants;
        this.expiresAt = expiresAt;
    }

    /** The next is due now, for that room. */
    void onClaims(RoomName room, ParticipantInfo participant) {
        grants = grants.in(room.value(), participant.getSid()).with(participant);
        dueAt = Instant.MIN;
    }

    /** @return null if none is due */
    @Nullable
    String mintIfDue(Instant now) {
        return now.isBefore(dueAt) ? null : mint(now);
    }

    /** Whether or not one is due. */
    String mint(Instant now) {
        dueAt = now.plus(INTERVAL);
        Duration left = Duration.between(now, expiresAt);
        return AccessTokens.mint(keys, grants, now, left.compareTo(MIN_LIFETIME) > 0 ? left : MIN_LIFETIME);
    }
}
