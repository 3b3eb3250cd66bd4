// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.token.Limit;
import io.parley.room.admin.RoomAdmin;
import java.util.List;
import java.util.concurrent.CompletionStage;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.ListRoomsRequest;
import org.springframework.web.util.UriUtils;

/** Rooms. */
final class RoomOperations {
    private static final String ROOMS = "/v1/rooms";
    static final String ROOM = ROOMS + "/{room}";

    private final RoomAdmin rooms;
    private final RoomWebhooks webhooks;

    private RoomOperations(RoomAdmin rooms, RoomWebhooks webhooks) {
        this.rooms = rooms;
        this.webhooks = webhooks;
    }

    static Operation.Group of(RoomAdmin rooms, RoomWebhooks webhooks) {
        RoomOperations operations = new RoomOperations(rooms, webhooks);
        return new Operation.Group(
                "Rooms",
                "A room is where participants meet. It ends by itself when nobody comes, or everybody left.",
                List.of(
                        Operation.get(ROOMS, "listRooms", Permission.ROOM_LIST)
                                .summary("Lists rooms, the oldest first.")
                                .queries(Query.NAME, Query.PAGE_SIZE, Query.PAGE_TOKEN)
                                .answers(RoomList.class, operations::list),
                        Operation.post(ROOMS, "createRoom", Permission.ROOM_CREATE, CreateRoom.class)
                                .summary("Makes a room, or changes the one of that name.")
                                .note(
                                        "Settings that are absent, empty or 0 are as they were, or as the server has them.")
                                .createsOrChanges(RoomResource.class, operations::create),
                        Operation.get(ROOM, "getRoom", Permission.ROOM_READ)
                                .summary("One room.")
                                .answers(RoomResource.class, operations::get),
                        Operation.patch(ROOM, "updateRoom", Permission.ROOM_ADMIN, UpdateRoom.class)
                                .summary("Changes a room's metadata.")
                                .answers(
                                        RoomResource.class,
                                        call -> rooms.updateRoomMetadata(
                                                        call.caller(),
                                                        call.body().toRequest(call.room()))
                                                .thenApply(RoomResource::of)),
                        Operation.delete(ROOM, "deleteRoom", Permission.ROOM_CREATE)
                                .summary("Ends a room.")
                                .note("Whoever is in it is sent away.")
                                .does(operations::delete),
                        Operation.post(ROOM + "/data", "sendData", Permission.ROOM_ADMIN, SendData.class)
                                .summary("Sends data to participants.")
                                .note("Those who are not in the room miss it.")
                                .does(call -> rooms.sendData(
                                        call.caller(), call.body().toRequest(call.room())))));
    }

    private CompletionStage<RoomList> list(Call<Call.NoBody> call) {
        ListRoomsRequest request =
                ListRoomsRequest.newBuilder().addAllNames(call.all(Query.NAME)).build();
        return rooms.listRooms(call.caller(), request)
                .thenApply(found -> RoomList.of(Page.of(
                        found.getRoomsList(),
                        RoomResource::position,
                        call.query(Query.PAGE_SIZE),
                        call.query(Query.PAGE_TOKEN))));
    }

    private CompletionStage<Answer> create(Call<CreateRoom> call) {
        String name = call.body().name();
        Limit limit = rooms.limits().roomName();
        if (limit.isExceededBy(name)) {
            throw ApiError.ofArgument("name", "exceeds the limit of " + limit);
        }
        List<CreateRoomWebhook> hooks =
                call.body().webhooks() == null ? List.of() : call.body().webhooks();
        if (!hooks.isEmpty()) {
            Permission.WEBHOOK_ADMIN.check(call.caller().grant(), name);
        }
        return rooms.exists(new RoomName(name))
                .thenCompose(existed -> webhooks.with(
                                call.apiKey(),
                                name,
                                existed ? List.of() : hooks,
                                () -> rooms.createRoom(
                                        call.caller(), call.body().toRequest()))
                        .thenApply(room -> existed
                                ? Answer.of(RoomResource.of(room))
                                : Answer.created(RoomResource.of(room), ROOMS + "/" + UriUtils.encode(name, UTF_8))));
    }

    private CompletionStage<RoomResource> get(Call<Call.NoBody> call) {
        ListRoomsRequest request =
                ListRoomsRequest.newBuilder().addNames(call.room()).build();
        return rooms.listRooms(call.caller(), request)
                .thenApply(found -> found.getRoomsList().stream()
                        .findFirst()
                        .map(RoomResource::of)
                        .orElseThrow(RoomOperations::notFound));
    }

    private CompletionStage<?> delete(Call<Call.NoBody> call) {
        return rooms.deleteRoom(
                call.caller(),
                DeleteRoomRequest.newBuilder().setRoom(call.room()).build());
    }

    private static ApiError notFound() {
        return ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested room does not exist");
    }
}
