// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import com.google.protobuf.ByteString;
import java.util.List;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;

/** What the home of a room tells a seat. */
public sealed interface HomeToSeat {
    /** @param sifTrailer bytes that end frames which the server puts into encrypted tracks; one value for a room */
    record Admitted(Room room, ParticipantInfo self, List<ParticipantView> others, ByteString sifTrailer)
            implements HomeToSeat {}

    /** Participants that joined, changed or left (state DISCONNECTED); the seat's own participant may be among them. */
    record ParticipantsChanged(List<ParticipantView> participants) implements HomeToSeat {}

    /** Somebody receives this seat's track for the first time. */
    record TrackSubscribed(String trackSid) implements HomeToSeat {}

    record Close(DisconnectReason reason) implements HomeToSeat {}
}
