// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.id.RoomName;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.ParticipantView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.TrackAccess;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * A participant with its seat; its info is the latest that seats were told. One that is forwarded from another room has no
 * client here: the shard of its seat is where its media comes from, and its sid is no seat's.
 */
final class Member {
    final SeatRef seat;

    /** The room that it is forwarded from, else null. */
    final @Nullable HomeRef source;

    /** Whether its client knows that it may find itself in another room. */
    final boolean isMovable;

    ParticipantInfo info;

    /** Of its token; another than its own where somebody else had that. */
    final String askedIdentity;

    /** Its tracks of which it was told that somebody receives them. */
    final Set<String> announcedSubscriptions = new HashSet<>();

    /** Who may receive its tracks. */
    TrackAccess access = TrackAccess.OPEN;

    final DataGate gate;

    /** Until then it knows already that it is ahead of the others' shards. */
    long slowedUntilNs;

    /** Where its tracks are seen too, by room. */
    final Map<RoomName, Forwards.Forward> forwards = new LinkedHashMap<>();

    Member(
            long nowNs,
            SeatRef seat,
            @Nullable HomeRef source,
            boolean isMovable,
            ParticipantInfo info,
            String askedIdentity,
            DataGate gate) {
        this.seat = seat;
        this.source = source;
        this.isMovable = isMovable;
        this.info = info;
        this.askedIdentity = askedIdentity;
        this.gate = gate;
        this.slowedUntilNs = nowNs;
    }

    ParticipantView view() {
        return new ParticipantView(info, seat.shard(), access);
    }

    /** Whether a token with that identity is its own. */
    boolean isOf(String identity) {
        return identity.equals(askedIdentity) || identity.equals(info.getIdentity());
    }

    boolean isForwarded() {
        return source != null;
    }

    /** Whether agents may be wanted for it: not for agents and recorders, nor for whom the room that it is in has some. */
    boolean mayNeedAgents() {
        return !isDependent() && !isForwarded();
    }

    boolean isHidden() {
        return info.getPermission().getHidden();
    }

    /** Whether the room is recorded while it is there (LiveKit). */
    @SuppressWarnings("deprecation") // a member that tokens still carry
    boolean isRecorder() {
        return info.getKind() == ParticipantInfo.Kind.EGRESS
                || info.getPermission().getRecorder();
    }

    /** Whether it neither counts nor keeps a room open: agents and recorders. */
    boolean isDependent() {
        return isDependent(info);
    }

    @SuppressWarnings("deprecation") // the members that tokens still carry
    static boolean isDependent(ParticipantInfo info) {
        return info.getKind() == ParticipantInfo.Kind.AGENT
                || info.getKind() == ParticipantInfo.Kind.EGRESS
                || info.getPermission().getAgent()
                || info.getPermission().getRecorder();
    }
}
