// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.id.RoomName;
import io.parley.engine.message.SeatRef;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where participants were moved to, for clients that did not hear of it: they come back as who they were. Beyond a number of
 * them those who went first are forgotten. Owned by a home, or by the shard for the homes that it had.
 */
public final class Trails {
    /** By the sid that the participant had in the room, which nobody has again. */
    private final Map<String, Trail> bySid = new LinkedHashMap<>();

    /** The sid of the last one of an identity, for clients that don't say theirs; until somebody comes with the identity. */
    private final Map<String, String> lastSid = new HashMap<>();

    private final int most;

    /**
     * @param from the room that it was in
     * @param askedIdentity of the token that it joined with
     * @param seat null if it went to another node: there it joins anew
     * @param to the room that it went to
     * @param sid that it has there; "" where it joins
     */
    public record Trail(
            RoomName from,
            String identity,
            String askedIdentity,
            @Nullable SeatRef seat,
            RoomName to,
            String sid) {
        private boolean isOf(RoomName room, String tokenIdentity) {
            return from.equals(room) && (tokenIdentity.equals(identity) || tokenIdentity.equals(askedIdentity));
        }
    }

    /** @param most of those that are remembered */
    public Trails(int most) {
        this.most = most;
    }

    void add(String sid, Trail trail) {
        put(sid, trail);
        lastSid.put(trail.identity, sid);
    }

    private void put(String sid, Trail trail) {
        bySid.put(sid, trail);
        if (bySid.size() > most) {
            Map.Entry<String, Trail> first = bySid.entrySet().iterator().next();
            bySid.remove(first.getKey());
            lastSid.remove(first.getValue().identity, first.getKey());
        }
    }

    /** Those of a room that is over. */
    public void addAll(Trails others) {
        others.bySid.forEach(this::put);
    }

    void onEntered(String identity) {
        lastSid.remove(identity);
    }

    /**
     * @param identity of the client's token
     * @param sid as far as it knows, or ""
     * @return null if it was not moved from the room, or so long ago that it is forgotten
     */
    public @Nullable Trail find(RoomName room, String identity, String sid) {
        Trail trail = bySid.get(sid.isEmpty() ? lastSid.getOrDefault(identity, "") : sid);
        return trail != null && trail.isOf(room, identity) ? trail : null;
    }
}
