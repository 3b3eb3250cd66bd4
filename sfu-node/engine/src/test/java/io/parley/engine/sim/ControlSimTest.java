// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.parley.api.id.RoomName;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.MediaKind;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.ParticipantTracks;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.UserPacket;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SimulcastCodec;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.SyncState;
import livekit.LivekitRtc.TrackPermission;
import livekit.LivekitRtc.TrackPublishedResponse;
import livekit.LivekitRtc.UpdateLocalAudioTrack;
import livekit.LivekitRtc.UpdateLocalVideoTrack;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import livekit.LivekitRtc.UpdateSubscription;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients ask, and what shards tell each other, in virtual time. */
class ControlSimTest {
    private static final List<String> TOO_MANY_SIDS =
            IntStream.range(0, 20_000).mapToObj(i -> "TR_" + i).toList();
    private static final List<VideoLayer> TOO_MANY_LAYERS = IntStream.range(0, 500)
            .mapToObj(i -> VideoLayer.newBuilder().setWidth(i).build())
            .toList();

    private record Oversized(String name, SignalRequest request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Oversized oversized(String name, SignalRequest.Builder request) {
        return new Oversized(name, request.build());
    }

    private static Oversized addTrack(String name, AddTrackRequest.Builder request) {
        request.setType(TrackType.VIDEO);
        if (request.getCid().isEmpty()) {
            request.setCid("cid");
        }
        return oversized(name, SignalRequest.newBuilder().setAddTrack(request));
    }

    static Stream<Oversized> oversized() {
        String text = "x".repeat(600_000);
        SimulcastCodec codec = SimulcastCodec.newBuilder().setCodec("vp8").build();
        return Stream.of(
                addTrack("cid", AddTrackRequest.newBuilder().setCid(text)),
                addTrack("track name", AddTrackRequest.newBuilder().setName(text)),
                addTrack("stream", AddTrackRequest.newBuilder().setStream(text)),
                addTrack("layers", AddTrackRequest.newBuilder().addAllLayers(TOO_MANY_LAYERS)),
                addTrack("a few layers", AddTrackRequest.newBuilder().addAllLayers(TOO_MANY_LAYERS.subList(0, 4))),
                addTrack("codecs", AddTrackRequest.newBuilder().addAllSimulcastCodecs(Collections.nCopies(50, codec))),
                addTrack(
                        "codec name",
                        AddTrackRequest.newBuilder()
                                .addSimulcastCodecs(codec.toBuilder().setCodec(text))),
                addTrack(
                        "layers of a codec",
                        AddTrackRequest.newBuilder()
                                .addSimulcastCodecs(codec.toBuilder().addAllLayers(TOO_MANY_LAYERS.subList(0, 4)))),
                addTrack(
                        "audio features",
                        AddTrackRequest.newBuilder().addAllAudioFeaturesValue(Collections.nCopies(100_000, 1))),
                oversized(
                        "track sids",
                        SignalRequest.newBuilder()
                                .setSubscription(UpdateSubscription.newBuilder().addAllTrackSids(TOO_MANY_SIDS))),
                oversized(
                        "tracks of participants",
                        SignalRequest.newBuilder()
                                .setSubscription(UpdateSubscription.newBuilder()
                                        .addParticipantTracks(
                                                ParticipantTracks.newBuilder().addAllTrackSids(TOO_MANY_SIDS)))),
                oversized(
                        "track settings",
                        SignalRequest.newBuilder()
                                .setTrackSetting(
                                        UpdateTrackSettings.newBuilder().addAllTrackSids(TOO_MANY_SIDS))),
                oversized(
                        "track permissions",
                        SignalRequest.newBuilder()
                                .setSubscriptionPermission(SubscriptionPermission.newBuilder()
                                        .addAllTrackPermissions(
                                                Collections.nCopies(20_000, TrackPermission.getDefaultInstance())))),
                oversized(
                        "sync state",
                        SignalRequest.newBuilder()
                                .setSyncState(SyncState.newBuilder().addAllTrackSidsDisabled(TOO_MANY_SIDS))),
                oversized(
                        "published tracks of a sync state",
                        SignalRequest.newBuilder()
                                .setSyncState(SyncState.newBuilder()
                                        .addAllPublishTracks(Collections.nCopies(
                                                20_000, TrackPublishedResponse.getDefaultInstance())))),
                oversized(
                        "muted sid",
                        SignalRequest.newBuilder()
                                .setMute(MuteTrackRequest.newBuilder().setSid(text))),
                oversized(
                        "features of a microphone",
                        SignalRequest.newBuilder()
                                .setUpdateAudioTrack(UpdateLocalAudioTrack.newBuilder()
                                        .addAllFeaturesValue(Collections.nCopies(100_000, 1)))),
                oversized(
                        "resized sid",
                        SignalRequest.newBuilder()
                                .setUpdateVideoTrack(
                                        UpdateLocalVideoTrack.newBuilder().setTrackSid(text))),
                oversized(
                        "name",
                        SignalRequest.newBuilder()
                                .setUpdateMetadata(
                                        UpdateParticipantMetadata.newBuilder().setName(text))),
                oversized(
                        "metadata",
                        SignalRequest.newBuilder()
                                .setUpdateMetadata(
                                        UpdateParticipantMetadata.newBuilder().setMetadata(text))),
                oversized(
                        "attributes",
                        SignalRequest.newBuilder()
                                .setUpdateMetadata(
                                        UpdateParticipantMetadata.newBuilder().putAttributes("key", text))));
    }

    private static SimulatedNode node(long seed, Arrangement arrangement) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement);
    }

    /**
     * Any participant: what it asked for was kept and told to everybody, multiplied (layers by codecs: 12 kB became 18
     * MB), or looked up on the loop at any length.
     */
    @ParameterizedTest
    @MethodSource("oversized")
    void aRequestThatAsksForTooMuchIsAnsweredAndNothingIsHeldOfIt(Oversized oversized) {
        SimulatedNode node = node(1, Arrangement.SCATTERED);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("alice is in", 3_000, () -> alice.media.isConnected);
        node.simulation.runForMs(100);
        ParticipantInfo before = info(node, "alice");
        alice.responses.clear();
        node.request(alice, oversized.request);
        node.simulation.runForMs(100);
        assertThat(alice.responses).hasSize(1);
        RequestResponse answer = alice.responses.getFirst().getRequestResponse();
        assertThat(answer.getReason()).isEqualTo(RequestResponse.Reason.LIMIT_EXCEEDED);
        if (oversized.request.getAddTrack().getCid().length() == 3) {
            assertThat(answer.getAddTrack().getCid())
                    .as("clients know it by its cid")
                    .isEqualTo("cid");
        }
        assertThat(alice.responses.getFirst().getSerializedSize()).isLessThan(500);
        assertThat(info(node, "alice")).isEqualTo(before);
        assertThat(alice.isClosed).isFalse();
    }

    private static ParticipantInfo info(SimulatedNode node, String identity) {
        return node.views.get(new RoomName("room")).participants().stream()
                .filter(info -> info.getIdentity().equals(identity))
                .findFirst()
                .orElseThrow();
    }

    /**
     * A participant that may only use its microphone: it named an audio track, offered it in a video section, and the
     * room was told of a microphone that sends VP8.
     */
    @Test
    void aVideoSectionCarriesNoAudioTrack() {
        SimulatedNode node = node(2, Arrangement.ONE_SHARD);
        node.permission = ParticipantPermission.newBuilder()
                .setCanPublish(true)
                .setCanSubscribe(true)
                .addCanPublishSources(TrackSource.MICROPHONE)
                .build();
        SimulatedParticipant mallory = node.participant("mallory");
        mallory.media.publish("trick", MediaKind.VIDEO);
        mallory.joinNaming(
                "room",
                AddTrackRequest.newBuilder()
                        .setCid("trick")
                        .setType(TrackType.AUDIO)
                        .setSource(TrackSource.MICROPHONE)
                        .build());
        node.simulation.runUntil("mallory is in", 3_000, () -> mallory.media.isConnected);
        node.simulation.runForMs(500);
        assertThat(info(node, "mallory").getTracksList()).isEmpty();
    }

    /**
     * Twenty tracks that were announced and never came kept a participant from publishing for good; media that comes for
     * one of them after all is not another's (LiveKit #4998).
     */
    @Test
    void tracksAnnouncedInVainMakeRoomForOthersAfterHalfAMinute() {
        SimulatedNode node = node(13, Arrangement.ONE_SHARD);
        SimulatedParticipant alice = node.participant("alice");
        alice.joinPublishing("room");
        node.simulation.runUntil("alice is in", 3_000, () -> alice.media.isConnected);
        for (int i = 0; i < 20; i++) {
            announce(node, alice, "vain" + i, i == 0);
        }
        node.simulation.runForMs(25_000);
        announce(node, alice, "too many", false);
        node.simulation.runForMs(100);
        assertThat(unpublished(alice)).isEmpty();
        assertThat(alice.responses.getLast().getRequestResponse().getReason())
                .isEqualTo(RequestResponse.Reason.LIMIT_EXCEEDED);

        node.simulation.runForMs(5_000);
        announce(node, alice, "late", false);
        node.simulation.runForMs(100);
        assertThat(unpublished(alice)).as("all but the muted one").hasSize(19);
        assertThat(alice.trackSidByCid).containsKey("late");

        alice.media.publish("vain5", MediaKind.VIDEO);
        alice.negotiate();
        node.simulation.runForMs(1_000);
        assertThat(info(node, "alice").getTracksList())
                .as("nobody's media is that of late")
                .hasSize(2);

        announce(node, alice, "vain5", false);
        alice.negotiate();
        node.simulation.runForMs(1_000);
        assertThat(info(node, "alice").getTracksList()).hasSize(3);
    }

    private static void announce(SimulatedNode node, SimulatedParticipant participant, String cid, boolean muted) {
        node.request(
                participant,
                SignalRequest.newBuilder()
                        .setAddTrack(SimulatedParticipant.addTrack(cid, TrackType.VIDEO, TrackSource.CAMERA).toBuilder()
                                .setMuted(muted))
                        .build());
    }

    private static List<String> unpublished(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasTrackUnpublished)
                .map(response -> response.getTrackUnpublished().getTrackSid())
                .toList();
    }

    /** A client that publishes a track anew announces it before the server has seen the end of the one before. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void anAnnouncementUnderACidThatIsInUseHasItsTurnWhenTheTrackEnds(Arrangement arrangement) {
        SimulatedNode node = node(14, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("published", 3_000, () -> !alice.cameraSid().isEmpty() && alice.media.isConnected);
        String first = alice.cameraSid();
        alice.responses.clear();
        for (int i = 0; i < 4; i++) {
            announce(node, alice, "alice-cam", false);
        }
        node.simulation.runForMs(100);
        assertThat(alice.responses)
                .filteredOn(SignalResponse::hasRequestResponse)
                .extracting(response -> response.getRequestResponse().getReason())
                .containsExactly(
                        RequestResponse.Reason.QUEUED,
                        RequestResponse.Reason.QUEUED,
                        RequestResponse.Reason.QUEUED,
                        RequestResponse.Reason.LIMIT_EXCEEDED);
        assertThat(alice.cameraSid()).isEqualTo(first);

        alice.amends = offer -> {
            offer.media.stream()
                    .filter(section -> section.trackId.equals("alice-cam"))
                    .forEach(section -> section.direction = Direction.INACTIVE);
            return offer;
        };
        alice.negotiate();
        node.simulation.runUntil("the next", 1_000, () -> !alice.cameraSid().equals(first));
        assertThat(unpublished(alice)).containsExactly(first);
    }

    /** LiveKit announces a track when its section is received; nothing need be sent in it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aTrackIsAnnouncedByItsDescriptionBeforeItSendsAnything(Arrangement arrangement) {
        SimulatedNode node = node(3, arrangement);
        SimulatedParticipant alice = node.participant("alice");
        alice.media.publish("silent", MediaKind.VIDEO);
        alice.joinNaming(
                "room",
                AddTrackRequest.newBuilder()
                        .setCid("silent")
                        .setType(TrackType.VIDEO)
                        .setSource(TrackSource.CAMERA)
                        .build());
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil(
                "bob knows of it and has a section for it",
                3_000,
                () -> alice.trackSidByCid.containsKey("silent")
                        && bob.downlink.received(alice.trackSidByCid.get("silent")) != null);
        assertThat(bob.others.get("alice").getTracksList()).hasSize(1);
    }

    /**
     * Whoever speaks as soon as it can: a receiver in the room, whose connect() has resolved, may have no open channel
     * yet, and lossy packets from before that were gone.
     */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void dataSaidWhileAReceiverStillConnectsReachesIt(Arrangement arrangement) {
        SimulatedNode node = node(4, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("before", List.of()));
        node.simulation.runForMs(11_000);
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("bob has joined", 1_000, () -> !bob.responses.isEmpty());
        assertThat(bob.media.isConnected).isFalse();
        alice.say("reliable", List.of());
        alice.media.sendData("_lossy", lossy("lossy").toByteArray());
        node.simulation.runUntil(
                "both come",
                5_000,
                () -> bob.heardCount() == 1
                        && bob.downlink.data.getOrDefault("_lossy", List.of()).size() == 1);
    }

    /** Any participant that may send: what waits for a receiver that never opens its channels is bounded. */
    @Test
    void whatWaitsForAReceiverIsBounded() {
        SimulatedNode node = node(5, Arrangement.ONE_SHARD);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("before", List.of()));
        node.simulation.runForMs(11_000);
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("bob has joined", 1_000, () -> !bob.responses.isEmpty());
        bob.media.vanish();
        for (int i = 0; i < 500; i++) {
            alice.say("r".repeat(10_000), List.of());
            alice.media.sendData("_lossy", lossy("l".repeat(1_000)).toByteArray());
            node.simulation.runForMs(10);
        }
        node.onHome(shard -> shard.dump().stream()
                .filter(seat -> seat.identity().equals("bob"))
                .forEach(seat -> {
                    assertThat(seat.data().waitingBytes()).isBetween(1 << 19, (1 << 20) + (64 << 10));
                    assertThat(seat.data().dropped()).isGreaterThan(500);
                }));
    }

    /** Any participant: the size that descriptions announce was not enforced. Now the sender's association ends, alone. */
    @Test
    void aMessageLongerThanAnnouncedGoesNoFurther() {
        SimulatedNode node = node(6, Arrangement.ONE_SHARD);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("first", List.of()));
        node.simulation.runUntil("carol may speak", 5_000, () -> carol.say("hello", List.of()));
        alice.say("x".repeat(66_000), List.of());
        node.simulation.runForMs(2_000);
        assertThat(alice.say("once more", List.of())).isFalse();
        carol.say("last", List.of());
        node.simulation.runUntil("the last", 5_000, () -> bob.heard().contains("carol: last"));
        assertThat(bob.heard()).containsExactlyInAnyOrder("alice: first", "carol: hello", "carol: last");
    }

    /** One that floods is held back by its own window while a shard lags, and loses nothing. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aSenderAheadOfAShardWaitsAndLosesNothing(Arrangement arrangement) {
        SimulatedNode node = node(7, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("alice may speak", 5_000, () -> alice.say("first", List.of()));
        node.simulation.runUntil("bob hears", 5_000, () -> bob.heardCount() == 1);
        node.isAhead = source -> source.equals(alice.sid);
        for (int i = 0; i < 200; i++) {
            alice.say(i + "x".repeat(10_000), List.of());
        }
        node.simulation.runForMs(200);
        assertThat(bob.heardCount()).as("one packet or few in each pause").isLessThan(100);
        node.isAhead = source -> false;
        node.simulation.runUntil("all of it", 30_000, () -> bob.heardCount() == 201);
    }

    /**
     * A queue between shards was full: members of a room whose Left, Join or Admitted was lost stayed for ever, or waited
     * for ever. Whoever floods a shard could bring it about for others.
     */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whenMessagesBetweenShardsGotLostEverythingBeginsAnew(Arrangement arrangement) {
        SimulatedNode node = node(8, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> alice.sees(bob, 5) && bob.sees(alice, 5));
        node.losesMessages = true;
        bob.leave();
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        node.simulation.runForMs(1_000);
        assertThat(carol.responses).as("her Join is lost").isEmpty();
        node.tellOfLosses();
        node.simulation.runForMs(1_000);
        assertThat(carol.isClosed).isTrue();
        assertThat(carol.responses.getLast().getMessageCase()).isEqualTo(SignalResponse.MessageCase.LEAVE);
        assertThat(alice.isClosed || alice.others.isEmpty())
                .as("bob is gone for alice")
                .isTrue();

        SimulatedParticipant again = node.participant("alice").joinPublishing("room");
        SimulatedParticipant dave = node.participant("dave").joinPublishing("room");
        node.simulation.runUntil("media again", 5_000, () -> again.sees(dave, 5) && dave.sees(again, 5));
        assertThat(again.others).containsOnlyKeys("dave");
        again.leave();
        dave.leave();
        node.simulation.runForMs(25_000);
        assertThat(node.leftOvers()).isZero();
    }

    /** Any participant with much metadata: each of those who left was kept whole for each client that might come back. */
    @Test
    void ofThoseWhoLeftOnlyTheNamesAreKeptForAClientThatResumes() {
        SimulatedNode node = node(9, Arrangement.ONE_SHARD);
        SimulatedParticipant alice = node.participant("alice").joinWatching("room");
        SimulatedParticipant carol = node.participant("carol").joinWatching("room");
        node.simulation.runUntil("both in", 5_000, () -> alice.media.isConnected && carol.media.isConnected);
        node.request(
                carol,
                SignalRequest.newBuilder()
                        .setUpdateMetadata(UpdateParticipantMetadata.newBuilder()
                                .setMetadata("x".repeat(100_000))
                                .putAttributes("key", "x".repeat(10_000)))
                        .build());
        node.simulation.runForMs(100);
        alice.loseSignal();
        node.simulation.runForMs(100);
        carol.leave();
        node.simulation.runForMs(100);
        alice.resume("room");
        node.simulation.runUntil("alice knows", 1_000, () -> alice.others.isEmpty());
        ParticipantInfo departed = alice.responses.get(1).getUpdate().getParticipants(0);
        assertThat(departed.getIdentity()).isEqualTo("carol");
        assertThat(departed.getState()).isEqualTo(ParticipantInfo.State.DISCONNECTED);
        assertThat(departed.getSerializedSize()).isLessThan(500);
    }

    private static DataPacket lossy(String text) {
        return DataPacket.newBuilder()
                .setUser(UserPacket.newBuilder().setPayload(ByteString.copyFromUtf8(text)))
                .build();
    }
}
