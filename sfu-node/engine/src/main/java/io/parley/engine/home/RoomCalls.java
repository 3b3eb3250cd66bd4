// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.engine.data.DataPackets;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeToSeat;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.MuteRoomTrackResponse;
import livekit.LivekitRoom.PerformRpcRequest;
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
 * What the server API asks of a room, one call an arm. Requests come with their fields checked; what can't be done is refused
 * by an {@link ApiError}. Owned by the home.
 */
final class RoomCalls {
    private final Home home;
    private final RpcCalls rpc;
    private final Moves moves;
    private final Forwards forwards;

    RoomCalls(Home home, RpcCalls rpc, Moves moves, Forwards forwards) {
        this.home = home;
        this.rpc = rpc;
        this.moves = moves;
        this.forwards = forwards;
    }

    /** @throws ApiError if it is refused at once */
    void transfer(long nowNs, Message request, Destination destination, CallResult result) {
        switch (request) {
            case MoveParticipantRequest move -> moves.move(nowNs, member(move.getIdentity()), destination, result);
            case ForwardParticipantRequest forward
            when destination instanceof Destination.Here here ->
                forwards.forward(nowNs, member(forward.getIdentity()), here, result);
            default -> throw unknown(request);
        }
    }

    /** @throws ApiError if it is refused at once */
    void run(long nowNs, Message request, CallResult result) {
        if (request instanceof PerformRpcRequest call) {
            performRpc(nowNs, call, result);
        } else {
            result.answer(run(nowNs, request));
        }
    }

    private Message run(long nowNs, Message request) {
        return switch (request) {
            case CreateRoomRequest created -> {
                home.update(nowNs, created);
                yield home.room();
            }
            case UpdateRoomMetadataRequest update -> {
                home.setMetadata(nowNs, update.getMetadata());
                yield home.room();
            }
            case RoomParticipantIdentity removed -> {
                home.removeParticipant(nowNs, found(home.member(removed.getIdentity())));
                yield RemoveParticipantResponse.getDefaultInstance();
            }
            case UpdateParticipantRequest update -> updateParticipant(nowNs, update);
            case MuteRoomTrackRequest mute ->
                MuteRoomTrackResponse.newBuilder().setTrack(mute(nowNs, mute)).build();
            case UpdateSubscriptionsRequest update -> updateSubscriptions(update);
            case SendDataRequest data -> {
                home.sendData(nowNs, DataPackets.of(data), data.getKind() == DataPacket.Kind.LOSSY);
                yield SendDataResponse.getDefaultInstance();
            }
            case CreateAgentDispatchRequest dispatch -> {
                AgentDispatch created = home.agents().create(dispatch);
                home.publish();
                yield created;
            }
            case DeleteAgentDispatchRequest dispatch -> {
                AgentDispatch deleted =
                        found(home.agents().delete(nowNs, dispatch.getDispatchId()), "dispatch does not exist");
                home.publish();
                yield deleted;
            }
            case ListAgentDispatchRequest list ->
                ListAgentDispatchResponse.newBuilder()
                        .addAllAgentDispatches(home.agents().list(list.getDispatchId()))
                        .build();
            default -> throw unknown(request);
        };
    }

    private static IllegalArgumentException unknown(Message request) {
        return new IllegalArgumentException(
                "no call of a room: " + request.getDescriptorForType().getName());
    }

    /** One with a client in this room. */
    private Member member(String identity) {
        return withClient(found(home.member(identity)));
    }

    private static Member found(@Nullable Member member) {
        return found(member, "participant does not exist");
    }

    private static Member withClient(Member member) {
        if (member.source != null) {
            throw ApiError.ofCaller(
                    ErrorCode.FAILED_PRECONDITION,
                    "participant is forwarded from room " + member.source.room() + ": only there it can be asked of");
        }
        return member;
    }

    private static <T> T found(@Nullable T value, String otherwise) {
        if (value == null) {
            throw ApiError.ofCaller(ErrorCode.NOT_FOUND, otherwise);
        }
        return value;
    }

    private ParticipantInfo updateParticipant(long nowNs, UpdateParticipantRequest update) {
        Member member = member(update.getIdentity());
        ParticipantInfo.Builder changed = Changes.apply(
                member.info,
                update.getName(),
                update.getMetadata(),
                update.getAttributesMap(),
                home.limits().attributes());
        if (changed == null) {
            throw ApiError.ofLimit(
                    "attributes",
                    "attributes size exceeds limits",
                    home.limits().attributes());
        }
        if (update.hasPermission()) {
            changed.setPermission(update.getPermission());
        }
        home.change(nowNs, member, changed);
        return member.info;
    }

    private TrackInfo mute(long nowNs, MuteRoomTrackRequest mute) {
        Member member = member(mute.getIdentity());
        for (TrackInfo track : member.info.getTracksList()) {
            if (track.getSid().equals(mute.getTrackSid())) {
                TrackInfo changed = track.toBuilder().setMuted(mute.getMuted()).build();
                home.onTrackChanged(nowNs, member, changed);
                home.send(member, new HomeToSeat.Mute(mute.getTrackSid(), mute.getMuted()));
                return changed;
            }
        }
        throw ApiError.ofCaller(ErrorCode.NOT_FOUND, "track is not found");
    }

    private UpdateSubscriptionsResponse updateSubscriptions(UpdateSubscriptionsRequest update) {
        home.send(
                member(update.getIdentity()),
                HomeToSeat.Subscribe.of(
                        update.getTrackSidsList(), update.getParticipantTracksList(), update.getSubscribe()));
        return UpdateSubscriptionsResponse.getDefaultInstance();
    }

    private void performRpc(long nowNs, PerformRpcRequest request, CallResult result) {
        Member member = withClient(found(home.member(request.getDestinationIdentity()), "Recipient not found"));
        home.deliver(member, rpc.begin(nowNs, request, result));
    }
}
