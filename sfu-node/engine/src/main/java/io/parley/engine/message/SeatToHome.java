// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.room.RoomRecord;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/** What a seat tells the home of its room. */
public sealed interface SeatToHome {
    /**
     * Asks to be admitted.
     *
     * @param info sid, identity, name, metadata, attributes, kind and permission; state JOINING
     * @param returning the sid under which this participant was in the room before, or "": it is no other that it finds there
     * @param roomEpoch of the node's claim on the room
     * @param creation what the room is made with, if this makes it; its identity policy is this participant's own
     * @param inherited what a room goes on with that lost its node, if this opens it
     * @param isMovable whether the client knows that it may find itself in another room
     */
    record Join(
            ParticipantInfo info,
            String returning,
            long roomEpoch,
            CreateRoomRequest creation,
            @Nullable RoomRecord inherited,
            boolean isMovable)
            implements SeatToHome {}

    /**
     * The participant comes from another room, which asked for its place; answered by {@link HomeToSeat.Admitted}.
     *
     * @param access who may receive its tracks
     */
    record Arrive(Passage passage, TrackAccess access) implements SeatToHome {}

    /** The client has a new signal stream, and wants to know how things stand. */
    record Resume() implements SeatToHome {}

    /** Media can flow. */
    record Connected() implements SeatToHome {}

    /** A track's media section was negotiated: others may subscribe. */
    record Published(TrackInfo track) implements SeatToHome {}

    record Unpublished(String trackSid) implements SeatToHome {}

    /** Mute, dimensions or features of a published track changed. */
    record TrackChanged(TrackInfo track) implements SeatToHome {}

    /**
     * The participant's own change of name, metadata and attributes; empty values as LiveKit treats them. Answered by
     * {@link HomeToSeat.MetadataAnswered}.
     */
    record MetadataChanged(int requestId, String name, String metadata, Map<String, String> attributes)
            implements SeatToHome {}

    /** The client wants others to see it speak, for a test. @param seconds as the client says */
    record SpeakerSimulated(int seconds) implements SeatToHome {}

    /** Who may receive this participant's tracks. */
    record AccessSet(TrackAccess access) implements SeatToHome {}

    /** Tracks for which this seat wants or no longer wants packets from the publisher's shard. */
    record SubscribedTo(List<String> trackSids) implements SeatToHome {}

    /** This client can take only a codec of another's track that is not sent. @param codec its place in TrackInfo.codecs */
    record CodecWanted(String trackSid, int codec) implements SeatToHome {}

    /** A data packet from this participant, stamped with its sender. */
    record Data(DataPacket packet, boolean isLossy) implements SeatToHome {}

    /** The client does not read its data packets as fast as they come, or has caught up. */
    record DataCongestion(boolean isCongested) implements SeatToHome {}

    record Left(DisconnectReason reason) implements SeatToHome {}
}
