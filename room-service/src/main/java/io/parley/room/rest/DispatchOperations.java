// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.room.admin.RoomAdmin;
import java.util.List;
import java.util.concurrent.CompletionStage;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import org.springframework.web.util.UriUtils;

/** Agents that are wanted in a room. */
final class DispatchOperations {
    private static final String DISPATCHES = RoomOperations.ROOM + "/dispatches";

    private static final String DISPATCH = DISPATCHES + "/{id}";

    private final RoomAdmin rooms;

    private DispatchOperations(RoomAdmin rooms) {
        this.rooms = rooms;
    }

    static Operation.Group of(RoomAdmin rooms) {
        DispatchOperations operations = new DispatchOperations(rooms);
        return new Operation.Group(
                "Dispatches",
                "A dispatch asks for an agent in a room; it stays until it is deleted or the room ends.",
                List.of(
                        Operation.get(DISPATCHES, "listDispatches", Permission.ROOM_ADMIN)
                                .summary("Lists a room's dispatches with their jobs, the oldest first.")
                                .queries(Query.PAGE_SIZE, Query.PAGE_TOKEN)
                                .answers(DispatchList.class, operations::list),
                        Operation.post(DISPATCHES, "createDispatch", Permission.ROOM_ADMIN, CreateDispatch.class)
                                .summary("Asks for an agent.")
                                .creates(DispatchResource.class, operations::create),
                        Operation.get(DISPATCH, "getDispatch", Permission.ROOM_ADMIN)
                                .summary("One dispatch.")
                                .answers(DispatchResource.class, operations::get),
                        Operation.delete(DISPATCH, "deleteDispatch", Permission.ROOM_ADMIN)
                                .summary("Takes a dispatch back; its agents leave.")
                                .does(operations::delete)));
    }

    private CompletionStage<DispatchList> list(Call<Call.NoBody> call) {
        ListAgentDispatchRequest request =
                ListAgentDispatchRequest.newBuilder().setRoom(call.room()).build();
        return rooms.listDispatch(call.caller(), request)
                .thenApply(found -> DispatchList.of(Page.of(
                        found.getAgentDispatchesList(),
                        DispatchResource::position,
                        call.query(Query.PAGE_SIZE),
                        call.query(Query.PAGE_TOKEN))));
    }

    private CompletionStage<DispatchResource> get(Call<Call.NoBody> call) {
        ListAgentDispatchRequest request = ListAgentDispatchRequest.newBuilder()
                .setRoom(call.room())
                .setDispatchId(call.path("id"))
                .build();
        return rooms.listDispatch(call.caller(), request)
                .thenApply(found -> found.getAgentDispatchesList().stream()
                        .findFirst()
                        .map(DispatchResource::of)
                        .orElseThrow(
                                () -> ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested dispatch does not exist")));
    }

    private CompletionStage<Answer> create(Call<CreateDispatch> call) {
        return rooms.createDispatch(call.caller(), call.body().toRequest(call.room()))
                .thenApply(dispatch -> Answer.created(
                        DispatchResource.of(dispatch),
                        DISPATCHES.replace("{room}", UriUtils.encode(call.room(), UTF_8)) + "/" + dispatch.getId()));
    }

    private CompletionStage<?> delete(Call<Call.NoBody> call) {
        return rooms.deleteDispatch(
                call.caller(),
                DeleteAgentDispatchRequest.newBuilder()
                        .setRoom(call.room())
                        .setDispatchId(call.path("id"))
                        .build());
    }
}
