// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.TrackPermission;

/** Which of a participant's tracks others may receive: what its client's SubscriptionPermission says. Immutable. */
public final class TrackAccess {
    /** What holds as long as a client says nothing. */
    public static final TrackAccess OPEN =
            of(SubscriptionPermission.newBuilder().setAllParticipants(true).build());

    /** @param all whether {@code sids} don't matter */
    private record Tracks(boolean all, Set<String> sids) {
        boolean has(String sid) {
            return all || sids.contains(sid);
        }

        Tracks and(Tracks more) {
            Set<String> both = new HashSet<>(sids);
            both.addAll(more.sids);
            return new Tracks(all || more.all, both);
        }
    }

    private static final Tracks NONE = new Tracks(false, Set.of());

    private final boolean isOpen;
    private final Map<String, Tracks> byIdentity = new HashMap<>();
    private final Map<String, Tracks> bySid = new HashMap<>();

    private TrackAccess(SubscriptionPermission permission) {
        isOpen = permission.getAllParticipants();
        for (TrackPermission one : permission.getTrackPermissionsList()) {
            Tracks tracks = new Tracks(one.getAllTracks(), Set.copyOf(one.getTrackSidsList()));
            if (one.getParticipantIdentity().isEmpty()) {
                bySid.merge(one.getParticipantSid(), tracks, Tracks::and);
            } else {
                byIdentity.merge(one.getParticipantIdentity(), tracks, Tracks::and);
            }
        }
    }

    public static TrackAccess of(SubscriptionPermission permission) {
        return new TrackAccess(permission);
    }

    /** LiveKit: by identity where the permission names one, else by sid; who records a room is not asked. */
    @SuppressWarnings("deprecation") // the member that tokens still carry
    public boolean allows(ParticipantInfo receiver, String trackSid) {
        return isOpen
                || receiver.getKind() == ParticipantInfo.Kind.EGRESS
                || receiver.getPermission().getRecorder()
                || byIdentity.getOrDefault(receiver.getIdentity(), NONE).has(trackSid)
                || bySid.getOrDefault(receiver.getSid(), NONE).has(trackSid);
    }
}
