// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.parley.api.id.RoomName;
import io.parley.testkit.SimulatedNetwork.Link;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.SubscriptionError;
import livekit.LivekitRtc.PublishDataTrackRequest;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionResponse;
import livekit.LivekitRtc.UnpublishDataTrackRequest;
import livekit.LivekitRtc.UpdateLocalVideoTrack;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import livekit.LivekitRtc.UpdateSubscription;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What participants say of themselves, and are told of what they publish, wherever their seats are. */
class ClientRequestSimTest extends TwoInARoom {
    private static final RoomName ROOM = new RoomName("room");

    private void untilBobKnows(String what, Predicate<ParticipantInfo> ofAlice) {
        simulation.runUntil("bob knows " + what, 1_000, () -> ofAlice.test(bob.others.get("alice")));
    }

    private void alicesAnswerIs(int requestId, RequestResponse.Reason reason) {
        simulation.runForMs(100);
        RequestResponse answer = alice.responses.stream()
                .filter(SignalResponse::hasRequestResponse)
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .getRequestResponse();
        assertThat(answer.getRequestId()).isEqualTo(requestId);
        assertThat(answer.getReason()).isEqualTo(reason);
    }

    private void aliceSays(UpdateParticipantMetadata.Builder update) {
        node.request(alice, SignalRequest.newBuilder().setUpdateMetadata(update).build());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatOneSaysOfOneselfIsAnsweredAndTold(Arrangement arrangement) {
        start(arrangement);
        aliceSays(UpdateParticipantMetadata.newBuilder()
                .setRequestId(5)
                .setName("Alice")
                .setMetadata("m")
                .putAttributes("one", "1")
                .putAttributes("two", "2"));
        untilBobKnows("her name", info -> info.getName().equals("Alice") && info.getAttributesCount() == 2);
        alicesAnswerIs(5, RequestResponse.Reason.OK);
        aliceSays(UpdateParticipantMetadata.newBuilder().setRequestId(6).putAttributes("one", ""));
        untilBobKnows(
                "that one is gone, and nothing else",
                info -> info.getAttributesCount() == 1 && info.getMetadata().equals("m"));
        alicesAnswerIs(6, RequestResponse.Reason.OK);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoMayNotChangeItselfIsToldSo(Arrangement arrangement) {
        node = new SimulatedNode(simulation, Link.PERFECT, arrangement);
        node.permission =
                node.permission.toBuilder().setCanUpdateMetadata(false).build();
        alice = node.participant("alice").joinWatching("room");
        bob = node.participant("bob").joinWatching("room");
        simulation.runUntil("both in", 10_000, () -> alice.media.isConnected && bob.others.containsKey("alice"));
        aliceSays(UpdateParticipantMetadata.newBuilder().setRequestId(5).setName("Alice"));
        alicesAnswerIs(5, RequestResponse.Reason.NOT_ALLOWED);
        assertThat(bob.others.get("alice").getName()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aTrackThatChangesItsSizeIsToldAndOneThatIsNotThereIsNotFound(Arrangement arrangement) {
        start(arrangement);
        UpdateLocalVideoTrack.Builder size =
                UpdateLocalVideoTrack.newBuilder().setWidth(320).setHeight(180);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setUpdateVideoTrack(size.setTrackSid(alice.cameraSid()))
                        .build());
        untilBobKnows("the size", info -> info.getTracksList().stream().anyMatch(track -> track.getWidth() == 320));
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setUpdateVideoTrack(size.setTrackSid("TR_none"))
                        .build());
        alicesAnswerIs(0, RequestResponse.Reason.NOT_FOUND);
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aPublisherHearsOnceThatSomebodySubscribed(Arrangement arrangement) {
        start(arrangement);
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        simulation.runUntil("carol sees alice", 10_000, () -> carol.sees(alice, 5));
        assertThat(alice.responses)
                .filteredOn(SignalResponse::hasTrackSubscribed)
                .extracting(response -> response.getTrackSubscribed().getTrackSid())
                .containsExactlyInAnyOrderElementsOf(alice.trackSidByCid.values());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    @SuppressWarnings("deprecation") // tokens still say who is a recorder
    void aRecorderNeitherCountsNorKeepsTheRoom(Arrangement arrangement) {
        start(arrangement);
        node.permission = node.permission.toBuilder().setRecorder(true).build();
        SimulatedParticipant recorder = node.participant("recorder").joinWatching("room");
        simulation.runUntil("it records", 10_000, () -> recorder.sees(alice, 5));
        assertThat(node.views.get(ROOM).room().getNumParticipants()).isEqualTo(2);
        assertThat(rooms(bob)).last().matches(Room::getActiveRecording, "recording is told at once");
        recorder.leave();
        simulation.runForMs(50);
        assertThat(rooms(bob)).last().matches(room -> !room.getActiveRecording(), "its end, too");
        SimulatedParticipant another = node.participant("another").joinWatching("room");
        simulation.runUntil("another records", 10_000, () -> another.sees(alice, 5));
        alice.leave();
        bob.leave();
        simulation.runUntil("the room ends", 25_000, () -> another.isClosed);
        assertThat(node.views).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void howManyThereAreIsToldWithinFiveSeconds(Arrangement arrangement) {
        start(arrangement);
        simulation.runForMs(6_000);
        assertThat(rooms(bob)).last().extracting(Room::getNumPublishers).isEqualTo(1);
        node.participant("carol").joinPublishing("room");
        simulation.runUntil(
                "bob knows the numbers",
                6_000,
                () -> rooms(bob).getLast().getNumParticipants() == 3
                        && rooms(bob).getLast().getNumPublishers() == 2);
    }

    /** Any participant: of tracks that never come it could name any number. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aTrackThatDoesNotComeWithinAMinuteIsNotFound(Arrangement arrangement) {
        start(arrangement);
        bob.subscribe("TR_none", true);
        bob.subscribe("TR_other", true);
        bob.subscribe("TR_other", false);
        bob.subscribe("TR_" + "x".repeat(62), true);
        simulation.runForMs(59_000);
        assertThat(notFound(bob)).isEmpty();
        node.request(
                bob,
                SignalRequest.newBuilder()
                        .setSubscription(UpdateSubscription.newBuilder()
                                .setSubscribe(true)
                                .addAllTrackSids(IntStream.range(0, 5_000)
                                        .mapToObj(i -> "TR_" + i)
                                        .toList()))
                        .build());
        simulation.runForMs(2_000);
        assertThat(notFound(bob)).containsExactly("TR_none");
        simulation.runForMs(60_000);
        assertThat(notFound(bob)).hasSizeBetween(900, 1_000);
    }

    private static List<String> notFound(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasSubscriptionResponse)
                .map(SignalResponse::getSubscriptionResponse)
                .filter(response -> response.getErr() == SubscriptionError.SE_TRACK_NOTFOUND)
                .map(SubscriptionResponse::getTrackSid)
                .toList();
    }

    /** Their promises were never kept, nor broken. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whatIsNotThereIsRefused(Arrangement arrangement) {
        start(arrangement);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder()
                                .setPubHandle(7)
                                .setName("x".repeat(100_000)))
                        .build());
        alicesAnswerIs(0, RequestResponse.Reason.NOT_ALLOWED);
        RequestResponse refusal = alice.responses.getLast().getRequestResponse();
        assertThat(refusal.getPublishDataTrack().getPubHandle()).isEqualTo(7);
        assertThat(refusal.getSerializedSize()).isLessThan(100);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setUnpublishDataTrackRequest(
                                UnpublishDataTrackRequest.newBuilder().setPubHandle(7))
                        .build());
        alicesAnswerIs(0, RequestResponse.Reason.NOT_FOUND);
        node.request(alice, blobRequest(22, 300));
        alicesAnswerIs(300, RequestResponse.Reason.NOT_ALLOWED);
        node.request(alice, blobRequest(23, 301));
        alicesAnswerIs(301, RequestResponse.Reason.NOT_FOUND);
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        22,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addLengthDelimited(ByteString.copyFrom(new byte[] {8}))
                                                .build())
                                .build())
                        .build());
        alicesAnswerIs(0, RequestResponse.Reason.NOT_ALLOWED);
    }

    /** Store (22) or get (23), which are of later protocols than our messages. */
    private static SignalRequest blobRequest(int field, int requestId) {
        UnknownFieldSet request = UnknownFieldSet.newBuilder()
                .addField(
                        1,
                        UnknownFieldSet.Field.newBuilder().addVarint(requestId).build())
                .addField(
                        2,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("whatever"))
                                .build())
                .build();
        return SignalRequest.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                field,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(request.toByteString())
                                        .build())
                        .build())
                .build();
    }

    private static List<Room> rooms(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasRoomUpdate)
                .map(response -> response.getRoomUpdate().getRoom())
                .toList();
    }
}
