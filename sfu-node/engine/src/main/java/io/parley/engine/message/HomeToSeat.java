// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import com.google.protobuf.ByteString;
import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantTracks;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.SpeakerInfo;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.ParticipantUpdate;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalResponse;

/** What the home of a room tells a seat. */
public sealed interface HomeToSeat {
    /**
     * The participant is in the room: it joined, or was moved.
     *
     * @param isGathering whether members who lost the room join afresh
     * @param playout for what the seat receives
     * @param sifTrailer bytes that end frames which the server puts into encrypted tracks; one value for a room
     */
    record Admitted(
            Room room,
            ParticipantInfo self,
            List<ParticipantView> others,
            boolean isGathering,
            Playout playout,
            ByteString sifTrailer)
            implements HomeToSeat {}

    /**
     * How things stand.
     *
     * @param lastSequence of the seat's own reliable data packets, 0 if there were none
     */
    record Resumed(Room room, ParticipantInfo self, List<ParticipantView> others, int lastSequence)
            implements HomeToSeat {}

    /** The participant is no member any more, and one of another room soon. The last that comes from this home. */
    record Move(Passage passage) implements HomeToSeat {}

    /** The same where the other room is on another node: the client joins there. */
    record Rejoin(RoomName room) implements HomeToSeat {}

    /** Not admitted. */
    record Refused(ApiError why) implements HomeToSeat {}

    /** The room's metadata, its numbers or whether it is recorded changed. */
    record RoomChanged(Room room) implements HomeToSeat {}

    /**
     * Participants that joined, changed or left (state DISCONNECTED); the seat's own participant may be among them.
     *
     * @param update what clients are told of that, made once for all
     */
    record ParticipantsChanged(List<ParticipantView> participants, SignalResponse update) implements HomeToSeat {
        public static ParticipantsChanged of(List<ParticipantView> participants) {
            ParticipantUpdate.Builder update = ParticipantUpdate.newBuilder();
            participants.forEach(view -> update.addParticipants(view.info()));
            return new ParticipantsChanged(
                    participants, SignalResponse.newBuilder().setUpdate(update).build());
        }
    }

    /** Who speaks, or no longer: those of whom that changed. */
    record SpeakersChanged(List<SpeakerInfo> speakers) implements HomeToSeat {}

    /** Another participant lets others receive its tracks, or no longer; clients are told by track. */
    record AccessChanged(ParticipantView publisher) implements HomeToSeat {}

    /** A server mutes this seat's track, or unmutes it. */
    record Mute(String trackSid, boolean isMuted) implements HomeToSeat {}

    /** A server subscribes this participant to tracks, or unsubscribes it. */
    record Subscribe(List<String> trackSids, boolean isWanted) implements HomeToSeat {
        /** As requests have it. LiveKit ignores the participant of participant_tracks: only the track sids count. */
        public static Subscribe of(List<String> trackSids, List<ParticipantTracks> byParticipant, boolean isWanted) {
            List<String> all = new ArrayList<>(trackSids);
            byParticipant.forEach(tracks -> all.addAll(tracks.getTrackSidsList()));
            return new Subscribe(all, isWanted);
        }
    }

    /** Somebody receives this seat's track for the first time. */
    record TrackSubscribed(String trackSid) implements HomeToSeat {}

    /** Somebody can take only this codec of this seat's track. @param codec its place in TrackInfo.codecs */
    record CodecWanted(String trackSid, int codec) implements HomeToSeat {}

    /** What came of {@link SeatToHome.MetadataChanged}. */
    record MetadataAnswered(int requestId, RequestResponse.Reason reason) implements HomeToSeat {}

    /** A data packet for this participant. @param encoded the same, encoded once for all */
    record Data(DataPacket packet, byte[] encoded, boolean isLossy) implements HomeToSeat {}

    /** Somebody can't follow the room's data, or everybody can again: what clients send is left waiting meanwhile. */
    record DataPaused(boolean isPaused) implements HomeToSeat {}

    /** This client sends data faster than a shard of others takes it: leave what comes waiting for a moment. */
    record SlowDown() implements HomeToSeat {
        public static final long FOR_NS = 5_000_000L;
    }

    record Close(DisconnectReason reason, LeaveRequest.Action action) implements HomeToSeat {}
}
