// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.admin;

import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.token.ParticipantLimits;
import io.parley.api.token.VideoGrant;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLink;
import io.parley.cluster.RoomRouter;
import io.parley.edge.twirp.TwirpService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;

/**
 * LiveKit's RoomService, in LiveKit's order of checks and with its codes. Callers have the method's permission; whether that
 * is for the room in question is checked here.
 */
public final class RoomAdmin {
    private final RoomRouter router;
    private final Directory directory;
    private final boolean autoCreate;

    /** @param autoCreate whether joining, or asking for an agent, makes a room that does not exist */
    public RoomAdmin(RoomRouter router, Directory directory, boolean autoCreate) {
        this.router = router;
        this.directory = directory;
        this.autoCreate = autoCreate;
    }

    public CompletionStage<Room> createRoom(VideoGrant grant, CreateRoomRequest request) {
        if (request.hasEgress()) {
            throw new ApiError(ErrorCode.INTERNAL, "egress not connected (redis required)", ApiError.Fault.US);
        }
        if (request.getName().isEmpty()) {
            throw ApiError.ofArgument("room name", "cannot be empty");
        }
        limit("room name length exceeds limits", request.getName(), RoomName.MAX_LENGTH);
        limit("metadata size exceeds limits", request.getMetadata(), ParticipantLimits.MAX_METADATA_SIZE);
        AgentLimits.check(request.getAgentsList());
        RoomName room = new RoomName(request.getName());
        return router.place(room).thenCompose(route -> route.link().createRoom(route.claim(), request));
    }

    public CompletionStage<ListRoomsResponse> listRooms(VideoGrant grant, ListRoomsRequest request) {
        return directory.rooms(request.getNamesList()).thenApply(rooms -> {
            List<Room> oldestFirst = new ArrayList<>(rooms);
            oldestFirst.sort(Comparator.comparing(Room::getCreationTimeMs));
            return ListRoomsResponse.newBuilder().addAllRooms(oldestFirst).build();
        });
    }

    public CompletionStage<DeleteRoomResponse> deleteRoom(VideoGrant grant, DeleteRoomRequest request) {
        RoomName room = named(request.getRoom());
        return node(room, "requested room does not exist")
                .thenCompose(node -> node.deleteRoom(room))
                .thenApply(done -> DeleteRoomResponse.getDefaultInstance());
    }

    public CompletionStage<ListParticipantsResponse> listParticipants(
            VideoGrant grant, ListParticipantsRequest request) {
        RoomName room = administered(grant, request.getRoom());
        return participants(room)
                .thenApply(participants -> ListParticipantsResponse.newBuilder()
                        .addAllParticipants(participants)
                        .build());
    }

    public CompletionStage<ParticipantInfo> getParticipant(VideoGrant grant, RoomParticipantIdentity request) {
        RoomName room = administered(grant, request.getRoom());
        return node(room, "participant does not exist")
                .thenCompose(node -> node.participant(room, request.getIdentity()));
    }

    public CompletionStage<RemoveParticipantResponse> removeParticipant(
            VideoGrant grant, RoomParticipantIdentity request) {
        RoomName room = administered(grant, request.getRoom());
        return node(room, "participant does not exist")
                .thenCompose(node -> node.removeParticipant(room, request.getIdentity()))
                .thenApply(done -> RemoveParticipantResponse.getDefaultInstance());
    }

    // ---- AgentDispatchService ----

    public CompletionStage<AgentDispatch> createDispatch(VideoGrant grant, CreateAgentDispatchRequest request) {
        RoomName room = administered(grant, request.getRoom());
        AgentLimits.check(
                request.getAgentName(), request.getMetadata(), AgentFields.CREATE_DISPATCH.deployment(request));
        return requireRoom(room, grant.roomCreate())
                .thenCompose(there -> router.place(room))
                .thenCompose(route -> route.link().createDispatch(route.claim(), request));
    }

    public CompletionStage<AgentDispatch> deleteDispatch(VideoGrant grant, DeleteAgentDispatchRequest request) {
        RoomName room = administered(grant, request.getRoom());
        return node(room, "dispatch does not exist")
                .thenCompose(node -> node.deleteDispatch(room, request.getDispatchId()));
    }

    public CompletionStage<ListAgentDispatchResponse> listDispatch(VideoGrant grant, ListAgentDispatchRequest request) {
        RoomName room = administered(grant, request.getRoom());
        return node(room, "requested room does not exist")
                .thenCompose(node -> node.dispatches(room, request.getDispatchId()))
                .thenApply(dispatches -> ListAgentDispatchResponse.newBuilder()
                        .addAllAgentDispatches(dispatches)
                        .build());
    }

    /**
     * Where asking for a room does not make it, it has to be there; fails with NOT_FOUND else.
     *
     * @param mayCreate whether the caller may make rooms anyhow
     */
    public CompletionStage<Void> requireRoom(RoomName room, boolean mayCreate) {
        if (autoCreate || mayCreate) {
            return CompletableFuture.completedFuture(null);
        }
        return exists(room).thenAccept(exists -> {
            if (!exists) {
                throw ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested room does not exist");
            }
        });
    }

    /** Whether a room of that name exists. */
    public CompletionStage<Boolean> exists(RoomName room) {
        return directory
                .find(room)
                .thenApply(place -> place.isPresent() && place.get().isOpen());
    }

    /** The node of a room. Fails with NOT_FOUND if there is none. */
    private CompletionStage<NodeLink> node(RoomName room, String otherwise) {
        return router.find(room)
                .thenApply(found -> found.map(RoomRouter.Route::link)
                        .orElseThrow(() -> ApiError.ofCaller(ErrorCode.NOT_FOUND, otherwise)));
    }

    /** None for an unknown room. */
    private CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
        return router.find(room)
                .thenCompose(found -> found.map(route -> route.link().participants(room))
                        .orElseGet(() -> CompletableFuture.completedFuture(List.of())));
    }

    /** The room, if the token may administer exactly that one. */
    private static RoomName administered(VideoGrant grant, String room) {
        if (!grant.room().equals(room)) {
            throw TwirpService.denied();
        }
        return named(room);
    }

    private static RoomName named(String room) {
        if (room.isEmpty() || ParticipantLimits.sizeOf(room) > RoomName.MAX_LENGTH) {
            throw ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested room does not exist");
        }
        return new RoomName(room);
    }

    private static void limit(String argument, String text, int max) {
        if (ParticipantLimits.sizeOf(text) > max) {
            throw ApiError.ofArgument(argument, String.valueOf(max));
        }
    }
}
