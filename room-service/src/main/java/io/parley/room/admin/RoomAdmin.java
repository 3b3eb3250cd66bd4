// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.admin;

import com.google.protobuf.Message;
import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.RoomLimits;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RpcLimits;
import io.parley.api.token.Limit;
import io.parley.api.token.ParticipantLimits;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomRouter;
import io.parley.edge.security.Caller;
import io.parley.edge.twirp.TwirpService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantTracks;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.ForwardParticipantResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MoveParticipantResponse;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.MuteRoomTrackResponse;
import livekit.LivekitRoom.PerformRpcRequest;
import livekit.LivekitRoom.PerformRpcResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.SendDataResponse;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import livekit.LivekitRoom.UpdateSubscriptionsRequest;
import livekit.LivekitRoom.UpdateSubscriptionsResponse;
import org.jspecify.annotations.Nullable;

/**
 * LiveKit's RoomService, in LiveKit's order of checks and with its codes. Callers have the method's permission; whether that
 * is for the room in question is checked here.
 */
public final class RoomAdmin {
    private static final String NO_ROOM = "requested room does not exist";
    private static final String NO_PARTICIPANT = "participant does not exist";

    /** What one data channel message may have is 65,535, with its envelope. */
    public static final int MAX_DATA_BYTES = 64_000;

    private static final int NONCE_BYTES = 16;

    private final RoomRouter router;
    private final Directory directory;
    private final boolean autoCreate;
    private final boolean remoteUnmute;
    private final ParticipantLimits limits;
    private final RoomPresets presets;

    /**
     * @param autoCreate whether joining, or asking for an agent, makes a room that does not exist
     * @param remoteUnmute whether a server may unmute what a participant muted
     */
    public RoomAdmin(
            RoomRouter router,
            Directory directory,
            boolean autoCreate,
            boolean remoteUnmute,
            ParticipantLimits limits,
            RoomPresets presets) {
        this.router = router;
        this.directory = directory;
        this.autoCreate = autoCreate;
        this.remoteUnmute = remoteUnmute;
        this.limits = limits;
        this.presets = presets;
    }

    /** On what rooms say of themselves. */
    public ParticipantLimits limits() {
        return limits;
    }

    public RoomPresets presets() {
        return presets;
    }

    public CompletionStage<Room> createRoom(Caller caller, CreateRoomRequest request) {
        if (request.hasEgress()) {
            throw new ApiError(ErrorCode.INTERNAL, "egress not connected (redis required)", ApiError.Fault.US);
        }
        if (request.getName().isEmpty()) {
            throw ApiError.ofArgument("room name", "cannot be empty");
        }
        limit("name", "room name length exceeds limits", request.getName(), limits.roomName());
        RoomPresets.check(request, limits);
        RoomName room = new RoomName(request.getName());
        CreateRoomRequest creation = presets.applyTo(request);
        return claim(room, request.getNodeId())
                .thenCompose(claimed -> router.place(room))
                .thenCompose(route -> call(route, RoomMethod.CREATE_ROOM, creation, caller));
    }

    /** Gives a room that is not there yet to the node that is asked for. Fails with UNAVAILABLE if that is not there. */
    private CompletionStage<Void> claim(RoomName room, String node) {
        if (node.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return directory
                .find(room)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found.get())
                        : directory
                                .nodes()
                                .thenCompose(nodes -> nodes.stream()
                                        .map(NodeRecord::id)
                                        .filter(id -> id.value().equals(node))
                                        .findFirst()
                                        .map(id -> directory.claim(room, id))
                                        .orElseThrow(() -> ApiError.ofCaller(
                                                ErrorCode.UNAVAILABLE, "node \"" + node + "\" is not there"))))
                .thenAccept(claimed -> {});
    }

    public CompletionStage<ListRoomsResponse> listRooms(Caller caller, ListRoomsRequest request) {
        return directory.rooms(request.getNamesList()).thenApply(rooms -> {
            List<Room> oldestFirst = new ArrayList<>(rooms);
            oldestFirst.sort(Comparator.comparing(Room::getCreationTimeMs));
            return ListRoomsResponse.newBuilder().addAllRooms(oldestFirst).build();
        });
    }

    public CompletionStage<DeleteRoomResponse> deleteRoom(Caller caller, DeleteRoomRequest request) {
        RoomName room = named(request.getRoom());
        return router.find(room)
                .thenCompose(found -> found.isPresent() || caller.requestId().isEmpty()
                        ? CompletableFuture.completedFuture(found)
                        : router.findGone(room)) // which has the answer, if the call came before
                .thenCompose(found -> call(found, NO_ROOM, RoomMethod.DELETE_ROOM, request, caller));
    }

    public CompletionStage<ListParticipantsResponse> listParticipants(Caller caller, ListParticipantsRequest request) {
        RoomName room = administered(caller, request.getRoom());
        return participants(room)
                .thenApply(participants -> ListParticipantsResponse.newBuilder()
                        .addAllParticipants(participants)
                        .build());
    }

    public CompletionStage<ParticipantInfo> getParticipant(Caller caller, RoomParticipantIdentity request) {
        RoomName room = administered(caller, request.getRoom());
        return route(room, NO_PARTICIPANT).thenCompose(route -> route.link().participant(room, request.getIdentity()));
    }

    public CompletionStage<RemoveParticipantResponse> removeParticipant(
            Caller caller, RoomParticipantIdentity request) {
        RoomName room = administered(caller, request.getRoom());
        return call(room, NO_PARTICIPANT, RoomMethod.REMOVE_PARTICIPANT, request, caller);
    }

    public CompletionStage<Room> updateRoomMetadata(Caller caller, UpdateRoomMetadataRequest request) {
        limit("metadata", "metadata size exceeds limits", request.getMetadata(), limits.metadata());
        RoomName room = administered(caller, request.getRoom());
        return call(room, NO_ROOM, RoomMethod.UPDATE_ROOM_METADATA, request, caller);
    }

    public CompletionStage<ParticipantInfo> updateParticipant(Caller caller, UpdateParticipantRequest request) {
        limit("name", "participant name length exceeds limits", request.getName(), limits.name());
        limit("metadata", "metadata size exceeds limits", request.getMetadata(), limits.metadata());
        if (limits.attributes().isExceededBy(ParticipantLimits.sizeOf(request.getAttributesMap()))) {
            throw ApiError.ofLimit("attributes", "attributes size exceeds limits", limits.attributes());
        }
        RoomName room = administered(caller, request.getRoom());
        return call(room, NO_PARTICIPANT, RoomMethod.UPDATE_PARTICIPANT, request, caller);
    }

    public CompletionStage<MuteRoomTrackResponse> mutePublishedTrack(Caller caller, MuteRoomTrackRequest request) {
        RoomName room = administered(caller, request.getRoom());
        if (!request.getMuted() && !remoteUnmute) {
            throw ApiError.ofCaller(
                    ErrorCode.FAILED_PRECONDITION, "remote unmute not enabled (parley.room.enable-remote-unmute)");
        }
        return call(room, NO_PARTICIPANT, RoomMethod.MUTE_PUBLISHED_TRACK, request, caller);
    }

    public CompletionStage<UpdateSubscriptionsResponse> updateSubscriptions(
            Caller caller, UpdateSubscriptionsRequest request) {
        RoomName room = administered(caller, request.getRoom());
        int tracks = request.getTrackSidsCount();
        for (ParticipantTracks participant : request.getParticipantTracksList()) {
            tracks += 1 + participant.getTrackSidsCount();
        }
        if (tracks > RoomLimits.MAX_TRACKS) {
            throw ApiError.ofArgument("track_sids", "are more than " + RoomLimits.MAX_TRACKS);
        }
        return call(room, NO_PARTICIPANT, RoomMethod.UPDATE_SUBSCRIPTIONS, request, caller);
    }

    /** LiveKit passes over destinations that are not there. */
    @SuppressWarnings("deprecation") // callers still name destinations by sid
    public CompletionStage<SendDataResponse> sendData(Caller caller, SendDataRequest request) {
        RoomName room = administered(caller, request.getRoom());
        int nonceBytes = request.getNonce().size();
        if (nonceBytes != 0 && nonceBytes != NONCE_BYTES) {
            throw ApiError.ofArgument("nonce", "should be " + NONCE_BYTES + " bytes or empty");
        }
        if (request.getData().size() > MAX_DATA_BYTES) {
            throw ApiError.ofArgument(
                    "data", "exceeds the limit of " + MAX_DATA_BYTES + " bytes: no client could be sent it");
        }
        int destinations = request.getDestinationIdentitiesCount() + request.getDestinationSidsCount();
        if (destinations > RoomLimits.MAX_DESTINATIONS) {
            throw ApiError.ofArgument("destination_identities", "are more than " + RoomLimits.MAX_DESTINATIONS);
        }
        return call(room, NO_ROOM, RoomMethod.SEND_DATA, request, caller);
    }

    public CompletionStage<PerformRpcResponse> performRpc(Caller caller, PerformRpcRequest request) {
        RoomName room = administered(caller, request.getRoom());
        if (request.getDestinationIdentity().isEmpty()) {
            throw ApiError.ofArgument("destination_identity", "cannot be empty");
        }
        if (ParticipantLimits.sizeOf(request.getPayload()) > RpcLimits.MAX_PAYLOAD_BYTES) {
            throw ApiError.ofCaller(
                    ErrorCode.MALFORMED,
                    "Request payload too large: more than " + RpcLimits.MAX_PAYLOAD_BYTES + " bytes");
        }
        if (ParticipantLimits.sizeOf(request.getMethod()) > RpcLimits.MAX_METHOD_BYTES) {
            throw ApiError.ofArgument("method", "has more than " + RpcLimits.MAX_METHOD_BYTES + " bytes");
        }
        return call(room, "Recipient not found", RoomMethod.PERFORM_RPC, request, caller);
    }

    /** A room of another node is gone to by a rejoin, which begins before this is answered. */
    public CompletionStage<MoveParticipantResponse> moveParticipant(Caller caller, MoveParticipantRequest request) {
        return transfer(caller, request.getRoom(), request.getDestinationRoom(), RoomMethod.MOVE_PARTICIPANT, request);
    }

    public CompletionStage<ForwardParticipantResponse> forwardParticipant(
            Caller caller, ForwardParticipantRequest request) {
        return transfer(
                caller, request.getRoom(), request.getDestinationRoom(), RoomMethod.FORWARD_PARTICIPANT, request);
    }

    private <Q extends Message, R extends Message> CompletionStage<R> transfer(
            Caller caller, String from, String to, RoomMethod<Q, R> method, Q request) {
        RoomName room = administered(caller, from);
        if (!caller.grant().destinationRoom().equals(to)) {
            throw TwirpService.denied();
        }
        if (to.isEmpty()) {
            throw ApiError.ofArgument("destination_room", "cannot be empty");
        }
        if (to.equals(from)) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "destination room cannot be the same as source room");
        }
        limit("destination_room", "room name length exceeds limits", to, limits.roomName());
        return requireRoom(new RoomName(to), caller.grant().roomCreate())
                .thenCompose(there -> call(room, NO_PARTICIPANT, method, request, caller));
    }

    // ---- AgentDispatchService ----

    public CompletionStage<AgentDispatch> createDispatch(Caller caller, CreateAgentDispatchRequest request) {
        RoomName room = administered(caller, request.getRoom());
        AgentLimits.check(request.getAgentName(), AgentFields.CREATE_DISPATCH.deployment(request));
        AgentLimits.check(request.getMetadata(), AgentFields.CREATE_DISPATCH.attributes(request), limits);
        return requireRoom(room, caller.grant().roomCreate())
                .thenCompose(there -> router.place(room))
                .thenCompose(route -> call(route, RoomMethod.CREATE_DISPATCH, request, caller));
    }

    public CompletionStage<AgentDispatch> deleteDispatch(Caller caller, DeleteAgentDispatchRequest request) {
        RoomName room = administered(caller, request.getRoom());
        return call(room, "dispatch does not exist", RoomMethod.DELETE_DISPATCH, request, caller);
    }

    public CompletionStage<ListAgentDispatchResponse> listDispatch(Caller caller, ListAgentDispatchRequest request) {
        RoomName room = administered(caller, request.getRoom());
        return call(room, NO_ROOM, RoomMethod.LIST_DISPATCH, request, caller);
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
                throw ApiError.ofCaller(ErrorCode.NOT_FOUND, NO_ROOM);
            }
        });
    }

    /**
     * Fails with PERMISSION_DENIED for a newcomer that would be refused, since its identity is in the room.
     *
     * @param returning the sid under which it was there before, or ""
     * @param own its own policy; null for the room's
     */
    public CompletionStage<Void> requireFree(
            RoomName room, String identity, String returning, @Nullable IdentityPolicy own) {
        return directory
                .rooms(List.of(room.value()))
                .thenCompose(found -> found.stream()
                                .anyMatch(there ->
                                        (own == null ? IdentityPolicy.ofRoom(there) : own) == IdentityPolicy.REJECT)
                        ? participants(room)
                        : CompletableFuture.completedFuture(List.<ParticipantInfo>of()))
                .thenAccept(participants -> participants.forEach(participant -> {
                    if (participant.getIdentity().equals(identity)
                            && !participant.getSid().equals(returning)) {
                        throw IdentityPolicy.taken(identity);
                    }
                }));
    }

    /** Whether a room of that name exists. */
    public CompletionStage<Boolean> exists(RoomName room) {
        return directory
                .find(room)
                .thenApply(place -> place.isPresent() && place.get().exists());
    }

    /** Runs a method at a room's home. Fails with NOT_FOUND if there is none. */
    private <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomName room, String otherwise, RoomMethod<Q, R> method, Q request, Caller caller) {
        return router.find(room).thenCompose(found -> call(found, otherwise, method, request, caller));
    }

    private static <Q extends Message, R extends Message> CompletionStage<R> call(
            Optional<RoomRouter.Route> found, String otherwise, RoomMethod<Q, R> method, Q request, Caller caller) {
        return call(
                found.orElseThrow(() -> ApiError.ofCaller(ErrorCode.NOT_FOUND, otherwise)), method, request, caller);
    }

    private static <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomRouter.Route route, RoomMethod<Q, R> method, Q request, Caller caller) {
        return route.call(method, request, caller.requestId());
    }

    /** The way to a room. Fails with NOT_FOUND if there is none. */
    private CompletionStage<RoomRouter.Route> route(RoomName room, String otherwise) {
        return router.find(room)
                .thenApply(found -> found.orElseThrow(() -> ApiError.ofCaller(ErrorCode.NOT_FOUND, otherwise)));
    }

    /** None for an unknown room. */
    private CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
        return router.find(room)
                .thenCompose(found -> found.map(route -> route.link().participants(room))
                        .orElseGet(() -> CompletableFuture.completedFuture(List.of())));
    }

    /** The room, if the token may administer exactly that one. */
    private RoomName administered(Caller caller, String room) {
        if (!caller.grant().room().equals(room)) {
            throw TwirpService.denied();
        }
        return named(room);
    }

    private RoomName named(String room) {
        if (room.isEmpty() || limits.roomName().isExceededBy(room)) {
            throw ApiError.ofCaller(ErrorCode.NOT_FOUND, NO_ROOM);
        }
        return new RoomName(room);
    }

    private static void limit(String field, String words, String text, Limit limit) {
        if (limit.isExceededBy(text)) {
            throw ApiError.ofLimit(field, words, limit);
        }
    }
}
