// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import com.google.protobuf.ByteString;
import io.parley.api.room.RoomLimits;
import io.parley.room.admin.RoomAdmin;
import java.util.List;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitRoom.SendDataRequest;
import org.jspecify.annotations.Nullable;

/** Data for participants. */
record SendData(
        @Field(value = "The bytes, in base64.", example = "aGVsbG8=", max = RoomAdmin.MAX_DATA_BYTES)
        byte[] data,

        @Field(value = "By which receivers tell what it is.", example = "chat") @Nullable
        String topic,

        @Field(
                value = "For whom; none listed means everybody.",
                example = "[\"alice\"]",
                max = RoomLimits.MAX_DESTINATIONS)
        @Nullable
        List<String> destinationIdentities,

        @Field("Whether it arrives at any rate and in order; true where it is absent.") @Nullable
        Boolean reliable) {
    SendDataRequest toRequest(String room) {
        SendDataRequest.Builder request = SendDataRequest.newBuilder()
                .setRoom(room)
                .setData(ByteString.copyFrom(data))
                .setKind(Boolean.FALSE.equals(reliable) ? DataPacket.Kind.LOSSY : DataPacket.Kind.RELIABLE);
        if (topic != null) {
            request.setTopic(topic);
        }
        if (destinationIdentities != null) {
            request.addAllDestinationIdentities(destinationIdentities);
        }
        return request.build();
    }
}
