// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.error.ApiError;
import io.parley.api.room.RoomRecord;
import java.util.List;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/** What the homes of two rooms of one node say to each other. */
public sealed interface HomeToHome {
    /**
     * A participant is to be moved there: is there a place for it? Makes the room.
     *
     * @param epoch of the node's claim on the room that is asked
     * @param inherited what a room goes on with that lost its node, if this opens it
     */
    record PlaceWanted(long inquiry, long epoch, @Nullable RoomRecord inherited, ParticipantInfo info)
            implements HomeToHome {}

    /**
     * A participant's tracks are to be seen there, too. Makes the room. Of one that is there already nothing happens.
     *
     * @param participant under a sid of its own
     * @param epoch of the node's claim on the room that is asked
     * @param inherited what a room goes on with that lost its node, if this opens it
     */
    record Forward(long inquiry, long epoch, @Nullable RoomRecord inherited, ParticipantView participant)
            implements HomeToHome {}

    /** What came of an inquiry. @param refusal null if it may be, or is done */
    record Answered(long inquiry, @Nullable ApiError refusal) implements HomeToHome {}

    /** What others see of a forwarded participant changed. */
    record ForwardChanged(ParticipantView participant) implements HomeToHome {}

    /**
     * A participant is forwarded no longer; either side says so.
     *
     * @param sid that it has where it is forwarded to
     * @param reason for which it left the room that says so
     */
    record ForwardEnded(String sid, DisconnectReason reason) implements HomeToHome {}

    /** Somebody can receive a track, of a participant that is forwarded there, in no codec but that one of its own. */
    record CodecWanted(String trackSid, int codec) implements HomeToHome {}

    /** Somebody receives these tracks, of participants that are forwarded there. */
    record SubscribedTo(List<String> trackSids) implements HomeToHome {}
}
