// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.room.RoomMethod;
import io.parley.api.token.VideoGrant;
import io.parley.edge.twirp.TwirpService;
import io.parley.room.admin.RoomAdmin;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.PerformRpcRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import livekit.LivekitRoom.UpdateSubscriptionsRequest;

/** {@code /twirp/livekit.RoomService/…}. */
public class RoomServiceController {
    private final TwirpService service;

    public RoomServiceController(RoomAdmin rooms, MeterRegistry meters) {
        // LiveKit asks for roomCreate to delete a room, not for roomAdmin.
        service = new TwirpService("RoomService", meters)
                .method("CreateRoom", VideoGrant::roomCreate, CreateRoomRequest.getDefaultInstance(), rooms::createRoom)
                .method("ListRooms", VideoGrant::roomList, ListRoomsRequest.getDefaultInstance(), rooms::listRooms)
                .method("DeleteRoom", VideoGrant::roomCreate, DeleteRoomRequest.getDefaultInstance(), rooms::deleteRoom)
                .method(
                        "ListParticipants",
                        VideoGrant::roomAdmin,
                        ListParticipantsRequest.getDefaultInstance(),
                        rooms::listParticipants)
                .method(
                        "GetParticipant",
                        VideoGrant::roomAdmin,
                        RoomParticipantIdentity.getDefaultInstance(),
                        rooms::getParticipant)
                .method(
                        "RemoveParticipant",
                        VideoGrant::roomAdmin,
                        RoomParticipantIdentity.getDefaultInstance(),
                        rooms::removeParticipant)
                .method(
                        "UpdateRoomMetadata",
                        VideoGrant::roomAdmin,
                        UpdateRoomMetadataRequest.getDefaultInstance(),
                        rooms::updateRoomMetadata)
                .method(
                        "UpdateParticipant",
                        VideoGrant::roomAdmin,
                        UpdateParticipantRequest.getDefaultInstance(),
                        rooms::updateParticipant)
                .method(
                        "MutePublishedTrack",
                        VideoGrant::roomAdmin,
                        MuteRoomTrackRequest.getDefaultInstance(),
                        rooms::mutePublishedTrack)
                .method(
                        "UpdateSubscriptions",
                        VideoGrant::roomAdmin,
                        UpdateSubscriptionsRequest.getDefaultInstance(),
                        rooms::updateSubscriptions)
                .method("SendData", VideoGrant::roomAdmin, SendDataRequest.getDefaultInstance(), rooms::sendData)
                .method(
                        "PerformRpc",
                        VideoGrant::roomAdmin,
                        PerformRpcRequest.getDefaultInstance(),
                        rooms::performRpc,
                        RoomMethod.PERFORM_RPC.timeout())
                .method(
                        "MoveParticipant",
                        VideoGrant::roomAdmin,
                        MoveParticipantRequest.getDefaultInstance(),
                        rooms::moveParticipant)
                .method(
                        "ForwardParticipant",
                        VideoGrant::roomAdmin,
                        ForwardParticipantRequest.getDefaultInstance(),
                        rooms::forwardParticipant);
    }

    public TwirpService service() {
        return service;
    }
}
