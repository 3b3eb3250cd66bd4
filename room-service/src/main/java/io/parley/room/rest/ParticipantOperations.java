// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.room.admin.RoomAdmin;
import java.util.List;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;

/** Participants of a room. */
final class ParticipantOperations {
    private static final String PARTICIPANTS = RoomOperations.ROOM + "/participants";
    static final String PARTICIPANT = PARTICIPANTS + "/{identity}";

    private final RoomAdmin rooms;

    private ParticipantOperations(RoomAdmin rooms) {
        this.rooms = rooms;
    }

    static Operation.Group of(RoomAdmin rooms) {
        ParticipantOperations operations = new ParticipantOperations(rooms);
        return new Operation.Group(
                "Participants",
                "Who is in a room, and what they publish.",
                List.of(
                        Operation.get(PARTICIPANTS, "listParticipants", Permission.ROOM_ADMIN)
                                .summary("Lists who is in a room, hidden ones too.")
                                .queries(Query.PAGE_SIZE, Query.PAGE_TOKEN)
                                .answers(ParticipantList.class, operations::list),
                        Operation.get(PARTICIPANT, "getParticipant", Permission.ROOM_ADMIN)
                                .summary("One participant.")
                                .answers(
                                        ParticipantResource.class,
                                        call -> operations.find(call).thenApply(ParticipantResource::of)),
                        Operation.patch(
                                        PARTICIPANT,
                                        "updateParticipant",
                                        Permission.ROOM_ADMIN,
                                        UpdateParticipant.class)
                                .summary("Changes a participant.")
                                .note("What is absent stays as it is; a permission is given altogether.")
                                .answers(
                                        ParticipantResource.class,
                                        call -> rooms.updateParticipant(
                                                        call.caller(),
                                                        call.body().toRequest(call.room(), call.identity()))
                                                .thenApply(ParticipantResource::of)),
                        Operation.delete(PARTICIPANT, "removeParticipant", Permission.ROOM_ADMIN)
                                .summary("Sends a participant away.")
                                .note("Its token stays good: it may come back until that expires.")
                                .does(operations::remove),
                        Operation.post(PARTICIPANT + "/move", "moveParticipant", Permission.ROOM_ADMIN, OtherRoom.class)
                                .summary("Moves a participant to another room.")
                                .note(
                                        "It keeps its connection where both rooms are on one node, and else joins there by"
                                                + " itself. The token has to name that room as destinationRoom.")
                                .does(call -> rooms.moveParticipant(
                                        call.caller(), otherRoom(call).toMove(call.room(), call.identity()))),
                        Operation.post(
                                        PARTICIPANT + "/forward",
                                        "forwardParticipant",
                                        Permission.ROOM_ADMIN,
                                        OtherRoom.class)
                                .summary("Shows a participant's tracks in another room, too.")
                                .note(
                                        "Until it leaves its room, or is removed from the other. Both rooms have to be on one"
                                                + " node. The token has to name the other as destinationRoom.")
                                .does(call -> rooms.forwardParticipant(
                                        call.caller(), otherRoom(call).toForward(call.room(), call.identity()))),
                        Operation.get(PARTICIPANT + "/tracks", "listTracks", Permission.ROOM_ADMIN)
                                .summary("Lists what a participant publishes.")
                                .answers(
                                        TrackList.class,
                                        call -> operations.find(call).thenApply(TrackList::of)),
                        Operation.patch(
                                        PARTICIPANT + "/tracks/{sid}",
                                        "updateTrack",
                                        Permission.ROOM_ADMIN,
                                        UpdateTrack.class)
                                .summary("Mutes or unmutes a track.")
                                .note("Letting others be heard again has to be allowed by the configuration.")
                                .answers(TrackResource.class, operations::mute),
                        Operation.post(
                                        PARTICIPANT + "/subscriptions",
                                        "updateSubscriptions",
                                        Permission.ROOM_ADMIN,
                                        UpdateSubscriptions.class)
                                .summary("Subscribes a participant to tracks, or unsubscribes it.")
                                .does(call -> rooms.updateSubscriptions(
                                        call.caller(), call.body().toRequest(call.room(), call.identity()))),
                        Operation.post(PARTICIPANT + "/rpc", "performRpc", Permission.ROOM_ADMIN, PerformRpc.class)
                                .summary("Calls a method that a participant registered.")
                                .timeout(PerformRpc::timeout)
                                .answers(
                                        RpcResult.class,
                                        call -> rooms.performRpc(
                                                        call.caller(),
                                                        call.body().toRequest(call.room(), call.identity()))
                                                .thenApply(RpcResult::of))));
    }

    private static OtherRoom otherRoom(Call<OtherRoom> call) {
        return call.body().grantedBy(call.caller().grant());
    }

    private CompletionStage<ParticipantList> list(Call<Call.NoBody> call) {
        ListParticipantsRequest request =
                ListParticipantsRequest.newBuilder().setRoom(call.room()).build();
        return rooms.listParticipants(call.caller(), request)
                .thenApply(found -> ParticipantList.of(Page.of(
                        found.getParticipantsList(),
                        ParticipantResource::position,
                        call.query(Query.PAGE_SIZE),
                        call.query(Query.PAGE_TOKEN))));
    }

    private CompletionStage<ParticipantInfo> find(Call<Call.NoBody> call) {
        return rooms.getParticipant(call.caller(), named(call));
    }

    private CompletionStage<?> remove(Call<Call.NoBody> call) {
        return rooms.removeParticipant(call.caller(), named(call));
    }

    private CompletionStage<TrackResource> mute(Call<UpdateTrack> call) {
        MuteRoomTrackRequest request = MuteRoomTrackRequest.newBuilder()
                .setRoom(call.room())
                .setIdentity(call.identity())
                .setTrackSid(call.path("sid"))
                .setMuted(call.body().muted())
                .build();
        return rooms.mutePublishedTrack(call.caller(), request).thenApply(muted -> TrackResource.of(muted.getTrack()));
    }

    private static RoomParticipantIdentity named(Call<Call.NoBody> call) {
        return RoomParticipantIdentity.newBuilder()
                .setRoom(call.room())
                .setIdentity(call.identity())
                .build();
    }
}
