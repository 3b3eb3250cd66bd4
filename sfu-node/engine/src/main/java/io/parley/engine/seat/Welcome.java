// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.ParticipantBatches;
import io.parley.engine.message.ParticipantView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import livekit.LivekitModels.ClientConfiguration;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.ServerInfo;
import livekit.LivekitRtc.JoinResponse;
import livekit.LivekitRtc.ParticipantUpdate;
import livekit.LivekitRtc.ReconnectResponse;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.RoomUpdate;
import livekit.LivekitRtc.SignalResponse;

/** What a client is told first: of a room that it joins, and of one that it comes back to. */
final class Welcome {
    private static final int PING_TIMEOUT_S = 15;
    private static final int PING_INTERVAL_S = 5;

    private Welcome() {}

    static SignalResponse toTheRoom(
            ServerInfo server, SeatJoin join, HomeToSeat.Admitted admitted, ClientCodecs codecs) {
        JoinResponse.Builder response = JoinResponse.newBuilder()
                .setRoom(admitted.room())
                .setParticipant(admitted.self())
                .setServerVersion(server.getVersion())
                .setServerRegion(server.getRegion())
                .setServerInfo(server)
                .setSubscriberPrimary(join.isSubscriberPrimary())
                .setPingTimeout(PING_TIMEOUT_S)
                .setPingInterval(PING_INTERVAL_S)
                .setSifTrailer(admitted.sifTrailer())
                .setFastPublish(admitted.self().getPermission().getCanPublish());
        admitted.others().forEach(view -> response.addOtherParticipants(view.info()));
        response.addAllEnabledPublishCodecs(codecs.publishable());
        ClientConfiguration configuration = codecs.configuration();
        if (configuration != null) {
            response.setClientConfiguration(configuration);
        }
        return SignalResponse.newBuilder().setJoin(response).build();
    }

    /** The first that a client hears which resumes; who departed, everybody and the room follow, in LiveKit's order. */
    static SignalResponse back(ServerInfo server, HomeToSeat.Resumed resumed, ClientCodecs codecs) {
        ReconnectResponse.Builder response =
                ReconnectResponse.newBuilder().setServerInfo(server).setLastMessageSeq(resumed.lastSequence());
        ClientConfiguration configuration = codecs.configuration();
        if (configuration != null) {
            response.setClientConfiguration(configuration);
        }
        return SignalResponse.newBuilder().setReconnect(response).build();
    }

    /** Of another room that the client finds itself in. */
    static RoomMovedResponse moved(Room room, ParticipantInfo self, List<ParticipantView> others) {
        RoomMovedResponse.Builder moved =
                RoomMovedResponse.newBuilder().setRoom(room).setParticipant(self);
        others.forEach(view -> moved.addOtherParticipants(view.info()));
        return moved.build();
    }

    static List<ParticipantUpdate> departed(List<ParticipantInfo> participants) {
        return ParticipantBatches.of(participants, Function.identity()).stream()
                .map(batch ->
                        ParticipantUpdate.newBuilder().addAllParticipants(batch).build())
                .toList();
    }

    /** The client included. */
    static List<SignalResponse> everybody(HomeToSeat.Resumed resumed) {
        List<ParticipantInfo> all = new ArrayList<>(List.of(resumed.self()));
        resumed.others().forEach(view -> all.add(view.info()));
        return ParticipantBatches.of(all, Function.identity()).stream()
                .map(batch -> SignalResponse.newBuilder()
                        .setUpdate(ParticipantUpdate.newBuilder().addAllParticipants(batch))
                        .build())
                .toList();
    }

    static SignalResponse room(Room room) {
        return SignalResponse.newBuilder()
                .setRoomUpdate(RoomUpdate.newBuilder().setRoom(room))
                .build();
    }
}
