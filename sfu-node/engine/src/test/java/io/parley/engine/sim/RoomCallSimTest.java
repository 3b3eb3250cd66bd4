// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.engine.data.DataPackets;
import io.parley.testkit.ScriptedClient;
import java.util.List;
import java.util.Objects;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.RpcAck;
import livekit.LivekitModels.RpcError;
import livekit.LivekitModels.RpcRequest;
import livekit.LivekitModels.RpcResponse;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitRoom.MuteRoomTrackRequest;
import livekit.LivekitRoom.PerformRpcRequest;
import livekit.LivekitRoom.PerformRpcResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.UpdateParticipantRequest;
import livekit.LivekitRoom.UpdateRoomMetadataRequest;
import livekit.LivekitRoom.UpdateSubscriptionsRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.TrackPermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls of the server API on a room with participants, wherever their seats are. */
class RoomCallSimTest extends TwoInARoom {
    private static final RoomName ROOM = new RoomName("room");

    private ParticipantInfo ofAlice() {
        return Objects.requireNonNull(bob.others.get("alice"));
    }

    private SimulatedNode.Called call(Message request) {
        return node.call(ROOM, request);
    }

    private static <T extends Message> T answer(SimulatedNode.Called called, Class<T> type) {
        assertThat(called.refusal).isNull();
        return type.cast(Objects.requireNonNull(called.answer));
    }

    private static UpdateParticipantRequest.Builder update(String identity) {
        return UpdateParticipantRequest.newBuilder().setIdentity(identity);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void metadataOfTheRoomIsAnsweredAndTold(Arrangement arrangement) {
        start(arrangement);
        Room room = answer(
                call(UpdateRoomMetadataRequest.newBuilder().setMetadata("tea").build()), Room.class);
        assertThat(room.getMetadata()).isEqualTo("tea");
        assertThat(node.views.get(ROOM).room().getMetadata())
                .as("to who reads next")
                .isEqualTo("tea");
        simulation.runForMs(50);
        for (SimulatedParticipant each : List.of(alice, bob)) {
            assertThat(each.responses.getLast().getRoomUpdate().getRoom().getMetadata())
                    .isEqualTo("tea");
        }
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatAServerSaysOfAParticipantIsAnsweredAndTold(Arrangement arrangement) {
        start(arrangement);
        ParticipantInfo changed = answer(
                call(update("alice")
                        .setName("Alice")
                        .setMetadata("m")
                        .putAttributes("a", "1")
                        .putAttributes("b", "2")
                        .build()),
                ParticipantInfo.class);
        answer(call(update("alice").putAttributes("a", "").build()), ParticipantInfo.class);
        simulation.runForMs(50);
        assertThat(changed.getAttributesMap()).hasSize(2);
        assertThat(ofAlice().getName()).isEqualTo("Alice");
        assertThat(ofAlice().getMetadata()).as("an empty one changes nothing").isEqualTo("m");
        assertThat(ofAlice().getAttributesMap()).containsOnlyKeys("b");
        assertThat(alice.claims).as("for another token, and the first").hasSize(3);
        assertThat(alice.claims.getLast().getName()).isEqualTo("Alice");
        assertThat(alice.claims.getLast().getAttributesMap()).containsOnlyKeys("b");
        assertThat(bob.claims).hasSize(1);
        String large = "x".repeat(40_000);
        answer(call(update("alice").putAttributes("c", large).build()), ParticipantInfo.class);
        assertThat(refusal(call(update("alice").putAttributes("d", large).build())))
                .as("two that are allowed each are not together")
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(refusal(call(update("nobody").setName("x").build()))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aTrackIsMutedByAServerAndItsPublisherToldSo(Arrangement arrangement) {
        start(arrangement);
        String camera = alice.cameraSid();
        for (boolean muted : new boolean[] {true, false}) {
            answer(
                    call(MuteRoomTrackRequest.newBuilder()
                            .setIdentity("alice")
                            .setTrackSid(camera)
                            .setMuted(muted)
                            .build()),
                    Message.class);
            simulation.runForMs(50);
            assertThat(ofAlice().getTracksList().stream().filter(TrackInfo::getMuted))
                    .hasSize(muted ? 1 : 0);
            assertThat(alice.responses.stream()
                            .filter(SignalResponse::hasMute)
                            .toList()
                            .getLast()
                            .getMute()
                            .getMuted())
                    .isEqualTo(muted);
        }
        assertThat(refusal(call(MuteRoomTrackRequest.newBuilder()
                        .setIdentity("alice")
                        .setTrackSid("TR_none")
                        .build())))
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aServerSubscribesAndUnsubscribes(Arrangement arrangement) {
        start(arrangement);
        UpdateSubscriptionsRequest.Builder request =
                UpdateSubscriptionsRequest.newBuilder().setIdentity("bob").addTrackSids(alice.cameraSid());
        answer(call(request.build()), Message.class);
        stops();
        answer(call(request.setSubscribe(true).build()), Message.class);
        comesBack();
        assertThat(refusal(call(request.setIdentity("nobody").build()))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    /** Bob's picture of alice. */
    private void stops() {
        simulation.runForMs(500);
        long before = frames();
        simulation.runForMs(1_000);
        assertThat(frames()).as("frames of the camera").isEqualTo(before);
    }

    private void comesBack() {
        long before = frames();
        simulation.runUntil("the picture comes back", 5_000, () -> frames() >= before + 5);
    }

    private long frames() {
        ScriptedClient.Received received = bob.downlink.received(alice.cameraSid());
        return received == null ? 0 : received.frames();
    }

    private static ParticipantPermission.Builder permission() {
        return ParticipantPermission.newBuilder()
                .setCanPublish(true)
                .setCanSubscribe(true)
                .setCanPublishData(true);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoMayNotSubscribeAnyMoreLosesWhatItHadAndGetsItBack(Arrangement arrangement) {
        start(arrangement);
        call(update("bob").setPermission(permission().setCanSubscribe(false)).build());
        stops();
        assertThat(node.views.get(ROOM).participants().stream()
                        .filter(info -> info.getIdentity().equals("bob"))
                        .toList()
                        .getFirst()
                        .getPermission()
                        .getCanSubscribe())
                .isFalse();
        call(update("bob").setPermission(permission()).build());
        comesBack();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoMayNotPublishASourceAnyMoreLosesItsTracks(Arrangement arrangement) {
        start(arrangement);
        call(update("alice")
                .setPermission(permission().addCanPublishSources(TrackSource.MICROPHONE))
                .build());
        simulation.runForMs(200);
        assertThat(ofAlice().getTracksList()).extracting(TrackInfo::getSource).containsExactly(TrackSource.MICROPHONE);
        assertThat(alice.responses.stream().filter(SignalResponse::hasTrackUnpublished))
                .singleElement()
                .satisfies(response ->
                        assertThat(response.getTrackUnpublished().getTrackSid()).isEqualTo(alice.cameraSid()));
        long heard = Objects.requireNonNull(bob.downlink.received(alice.trackSidByCid.get("alice-mic"))).packets;
        simulation.runUntil("the microphone goes on", 2_000, () -> bob.hears(alice, heard + 10));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoIsHiddenIsGoneForTheOthersUntilItIsNot(Arrangement arrangement) {
        start(arrangement);
        call(update("alice").setPermission(permission().setHidden(true)).build());
        simulation.runForMs(100);
        assertThat(bob.others).doesNotContainKey("alice");
        call(update("alice").setPermission(permission()).build());
        comesBack();
    }

    private void allow(SubscriptionPermission.Builder permission) {
        node.request(
                alice,
                SignalRequest.newBuilder().setSubscriptionPermission(permission).build());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aPublisherSaysWhoReceivesItsTracks(Arrangement arrangement) {
        start(arrangement);
        assertThat(permissionUpdates())
                .as("of each on its first subscription")
                .containsExactlyInAnyOrderElementsOf(alice.trackSidByCid.values().stream()
                        .map(trackSid -> trackSid + " true")
                        .toList());
        bob.responses.clear();
        allow(SubscriptionPermission.newBuilder()
                .addTrackPermissions(TrackPermission.newBuilder()
                        .setParticipantIdentity("bob")
                        .addTrackSids(alice.trackSidByCid.get("alice-mic"))));
        stops();
        assertThat(permissionUpdates()).containsExactly(alice.cameraSid() + " false");
        long heard = Objects.requireNonNull(bob.downlink.received(alice.trackSidByCid.get("alice-mic"))).packets;
        simulation.runUntil("the microphone goes on", 2_000, () -> bob.hears(alice, heard + 10));
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        simulation.runUntil("carol is in", 5_000, () -> carol.media.isConnected);
        simulation.runForMs(1_000);
        assertThat(carol.others).containsKey("alice");
        assertThat(carol.hears(alice, 1)).as("a newcomer who is not named").isFalse();

        allow(SubscriptionPermission.newBuilder().setAllParticipants(true));
        comesBack();
        simulation.runUntil("carol, too", 5_000, () -> carol.sees(alice, 5));
        assertThat(permissionUpdates()).containsExactly(alice.cameraSid() + " false", alice.cameraSid() + " true");
    }

    private List<String> permissionUpdates() {
        return bob.responses.stream()
                .filter(SignalResponse::hasSubscriptionPermissionUpdate)
                .map(SignalResponse::getSubscriptionPermissionUpdate)
                .map(update -> update.getTrackSid() + " " + update.getAllowed())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void dataOfAServerReachesWhomItNamesOnce(Arrangement arrangement) {
        start(arrangement);
        SendDataRequest.Builder toAll = SendDataRequest.newBuilder()
                .setData(ByteString.copyFromUtf8("to all"))
                .setTopic("t")
                .setNonce(ByteString.copyFromUtf8("sixteen bytes!!!"));
        answer(call(toAll.build()), Message.class);
        answer(call(toAll.build()), Message.class);
        answer(
                call(SendDataRequest.newBuilder()
                        .setData(ByteString.copyFromUtf8("to bob"))
                        .addDestinationIdentities("bob")
                        .addDestinationIdentities("nobody")
                        .build()),
                Message.class);
        simulation.runUntil("bob heard both", 2_000, () -> bob.heardCount() == 2);
        simulation.runForMs(500);
        assertThat(bob.heard()).containsExactly(": to all", ": to bob");
        assertThat(alice.heard()).containsExactly(": to all");
        assertThat(packets(bob).getFirst().getUser().getTopic()).isEqualTo("t");
    }

    private static List<DataPacket> packets(SimulatedParticipant participant) {
        return participant.downlink.data.getOrDefault("_reliable", List.of()).stream()
                .map(DataPackets::parse)
                .map(Objects::requireNonNull)
                .toList();
    }

    private static final PerformRpcRequest GREET = PerformRpcRequest.newBuilder()
            .setDestinationIdentity("bob")
            .setMethod("greet")
            .setPayload("hi")
            .build();

    /** Bob's end of a call. */
    private RpcRequest asked() {
        simulation.runUntil("bob is asked", 2_000, () -> packets(bob).stream().anyMatch(DataPacket::hasRpcRequest));
        return packets(bob).stream()
                .filter(DataPacket::hasRpcRequest)
                .toList()
                .getLast()
                .getRpcRequest();
    }

    private void bobSays(DataPacket.Builder packet, String to) {
        bob.send(packet.setSequence(bob.packet("", List.of()).getSequence())
                .addDestinationIdentities(to)
                .build());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aParticipantAnswersAServersCall(Arrangement arrangement) {
        start(arrangement);
        SimulatedNode.Called called = call(GREET);
        RpcRequest request = asked();
        assertThat(request.getMethod()).isEqualTo("greet");
        assertThat(request.getPayload()).isEqualTo("hi");
        assertThat(request.getResponseTimeoutMs()).isEqualTo(15_000);
        assertThat(request.getVersion()).isEqualTo(1);
        assertThat(packets(bob).getLast().getParticipantIdentity()).isEqualTo(request.getId());
        bobSays(DataPacket.newBuilder().setRpcAck(RpcAck.newBuilder().setRequestId(request.getId())), request.getId());
        simulation.runForMs(8_000);
        bobSays(
                DataPacket.newBuilder()
                        .setRpcResponse(RpcResponse.newBuilder()
                                .setRequestId(request.getId())
                                .setPayload("hello")),
                request.getId());
        simulation.runForMs(100);
        assertThat(answer(called, PerformRpcResponse.class).getPayload()).isEqualTo("hello");
        assertThat(packets(alice)).as("nobody else hears of it").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aCallThatIsNotAnsweredFailsInLiveKitsTime(Arrangement arrangement) {
        start(arrangement);
        SimulatedNode.Called unheard = call(GREET);
        RpcRequest first = asked();
        SimulatedNode.Called heard =
                call(GREET.toBuilder().setResponseTimeoutMs(9_000).build());
        simulation.runForMs(100);
        RpcRequest second = asked();
        assertThat(second.getId()).isNotEqualTo(first.getId());
        bobSays(DataPacket.newBuilder().setRpcAck(RpcAck.newBuilder().setRequestId(second.getId())), second.getId());
        simulation.runForMs(6_000);
        assertThat(unheard.refusal).isNull();
        simulation.runForMs(1_000);
        assertThat(refusal(unheard)).isEqualTo(ErrorCode.CANCELED);
        assertThat(heard.refusal).isNull();
        simulation.runForMs(2_000);
        assertThat(refusal(heard)).isEqualTo(ErrorCode.CANCELED);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aCallFailsAsTheParticipantSaysOrWhenItLeaves(Arrangement arrangement) {
        start(arrangement);
        assertThat(refusal(
                        call(GREET.toBuilder().setDestinationIdentity("nobody").build())))
                .isEqualTo(ErrorCode.NOT_FOUND);
        SimulatedNode.Called unknown = call(GREET);
        String id = asked().getId();
        RpcError error = RpcError.newBuilder()
                .setCode(1400)
                .setMessage("Method not supported at destination")
                .build();
        bobSays(
                DataPacket.newBuilder()
                        .setRpcResponse(
                                RpcResponse.newBuilder().setRequestId(id).setError(error)),
                id);
        simulation.runForMs(100);
        assertThat(refusal(unknown)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        SimulatedNode.Called left = call(GREET);
        call(RoomParticipantIdentity.newBuilder().setIdentity("bob").build());
        assertThat(refusal(left)).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    /** Whoever holds an API key: calls that are never answered are not kept without end. */
    @Test
    void callsThatWaitAreBounded() {
        start(Arrangement.ONE_SHARD);
        for (int i = 0; i < 1_000; i++) {
            assertThat(call(GREET).refusal).isNull();
        }
        assertThat(refusal(call(GREET))).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        simulation.runForMs(7_500);
        assertThat(call(GREET).refusal).isNull();
    }
}
