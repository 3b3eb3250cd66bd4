// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.ForwardParticipantResponse;
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
 * A method of LiveKit's RoomService or AgentDispatchService that runs at a room's home, which takes the request as it came,
 * checked. No two have requests of one type.
 *
 * @param name LiveKit's
 * @param request any instance
 * @param response any instance
 * @param isListed whether a caller who lists rooms afterwards has to see what the method did
 * @param timeout within which the home has answered
 */
public record RoomMethod<Q extends Message, R extends Message>(
        String name, Q request, R response, boolean isListed, Function<Q, Duration> timeout) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    public static final RoomMethod<CreateRoomRequest, Room> CREATE_ROOM =
            of("CreateRoom", CreateRoomRequest.getDefaultInstance(), Room.getDefaultInstance(), true);

    public static final RoomMethod<DeleteRoomRequest, DeleteRoomResponse> DELETE_ROOM =
            of("DeleteRoom", DeleteRoomRequest.getDefaultInstance(), DeleteRoomResponse.getDefaultInstance(), true);

    public static final RoomMethod<UpdateRoomMetadataRequest, Room> UPDATE_ROOM_METADATA =
            of("UpdateRoomMetadata", UpdateRoomMetadataRequest.getDefaultInstance(), Room.getDefaultInstance(), true);

    public static final RoomMethod<RoomParticipantIdentity, RemoveParticipantResponse> REMOVE_PARTICIPANT = of(
            "RemoveParticipant",
            RoomParticipantIdentity.getDefaultInstance(),
            RemoveParticipantResponse.getDefaultInstance());

    public static final RoomMethod<UpdateParticipantRequest, ParticipantInfo> UPDATE_PARTICIPANT = of(
            "UpdateParticipant", UpdateParticipantRequest.getDefaultInstance(), ParticipantInfo.getDefaultInstance());

    public static final RoomMethod<MuteRoomTrackRequest, MuteRoomTrackResponse> MUTE_PUBLISHED_TRACK = of(
            "MutePublishedTrack",
            MuteRoomTrackRequest.getDefaultInstance(),
            MuteRoomTrackResponse.getDefaultInstance());

    public static final RoomMethod<UpdateSubscriptionsRequest, UpdateSubscriptionsResponse> UPDATE_SUBSCRIPTIONS = of(
            "UpdateSubscriptions",
            UpdateSubscriptionsRequest.getDefaultInstance(),
            UpdateSubscriptionsResponse.getDefaultInstance());

    public static final RoomMethod<SendDataRequest, SendDataResponse> SEND_DATA =
            of("SendData", SendDataRequest.getDefaultInstance(), SendDataResponse.getDefaultInstance());

    public static final RoomMethod<PerformRpcRequest, PerformRpcResponse> PERFORM_RPC = new RoomMethod<>(
            "PerformRpc",
            PerformRpcRequest.getDefaultInstance(),
            PerformRpcResponse.getDefaultInstance(),
            false,
            request -> RpcLimits.timeout(request).plus(RpcLimits.ACK_TIMEOUT).plus(TIMEOUT));

    public static final RoomMethod<MoveParticipantRequest, MoveParticipantResponse> MOVE_PARTICIPANT = of(
            "MoveParticipant",
            MoveParticipantRequest.getDefaultInstance(),
            MoveParticipantResponse.getDefaultInstance(),
            true);

    public static final RoomMethod<ForwardParticipantRequest, ForwardParticipantResponse> FORWARD_PARTICIPANT = of(
            "ForwardParticipant",
            ForwardParticipantRequest.getDefaultInstance(),
            ForwardParticipantResponse.getDefaultInstance(),
            true);

    public static final RoomMethod<CreateAgentDispatchRequest, AgentDispatch> CREATE_DISPATCH = of(
            "CreateDispatch",
            CreateAgentDispatchRequest.getDefaultInstance(),
            AgentDispatch.getDefaultInstance(),
            true);

    public static final RoomMethod<DeleteAgentDispatchRequest, AgentDispatch> DELETE_DISPATCH =
            of("DeleteDispatch", DeleteAgentDispatchRequest.getDefaultInstance(), AgentDispatch.getDefaultInstance());

    public static final RoomMethod<ListAgentDispatchRequest, ListAgentDispatchResponse> LIST_DISPATCH = of(
            "ListDispatch",
            ListAgentDispatchRequest.getDefaultInstance(),
            ListAgentDispatchResponse.getDefaultInstance());

    private static final Map<String, RoomMethod<?, ?>> BY_NAME = Stream.of(
                    CREATE_ROOM,
                    DELETE_ROOM,
                    UPDATE_ROOM_METADATA,
                    REMOVE_PARTICIPANT,
                    UPDATE_PARTICIPANT,
                    MUTE_PUBLISHED_TRACK,
                    UPDATE_SUBSCRIPTIONS,
                    SEND_DATA,
                    PERFORM_RPC,
                    MOVE_PARTICIPANT,
                    FORWARD_PARTICIPANT,
                    CREATE_DISPATCH,
                    DELETE_DISPATCH,
                    LIST_DISPATCH)
            .collect(Collectors.toUnmodifiableMap(RoomMethod::name, Function.identity()));

    private static <Q extends Message, R extends Message> RoomMethod<Q, R> of(String name, Q request, R response) {
        return of(name, request, response, false);
    }

    private static <Q extends Message, R extends Message> RoomMethod<Q, R> of(
            String name, Q request, R response, boolean isListed) {
        return new RoomMethod<>(name, request, response, isListed, any -> TIMEOUT);
    }

    /** The method of that name, or null. */
    public static @Nullable RoomMethod<?, ?> named(String name) {
        return BY_NAME.get(name);
    }

    /** The response, if that is what it is. @throws ClassCastException for another message */
    @SuppressWarnings("unchecked") // asked just before
    public R cast(Message message) {
        return (R) response.getClass().cast(message);
    }

    public R parseResponse(ByteString encoded) throws InvalidProtocolBufferException {
        return cast(response.getParserForType().parseFrom(encoded));
    }

    @Override
    public String toString() {
        return name;
    }
}
