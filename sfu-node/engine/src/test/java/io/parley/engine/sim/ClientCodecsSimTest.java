// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.seat.Offer;
import io.parley.engine.seat.SeatLimits;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import livekit.LivekitModels;
import livekit.LivekitModels.AudioTrackFeature;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.SubscribedAudioCodec;
import livekit.LivekitModels.SubscriptionError;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.JoinResponse;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SimulcastCodec;
import livekit.LivekitRtc.SubscribedQuality;
import livekit.LivekitRtc.SubscribedQualityUpdate;
import livekit.LivekitRtc.UpdateLocalAudioTrack;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Codecs that a room does not have, and such that a client's device or browser fails on. */
class ClientCodecsSimTest {
    private static final ClientInfo XIAOMI = ClientInfo.newBuilder()
            .setOs("Android")
            .setDeviceModel("Xiaomi 2201117TI")
            .build();
    private static final ClientInfo FIREFOX =
            ClientInfo.newBuilder().setBrowser("Firefox").setOs("Linux").build();

    private static SimulatedNode node(long seed, Arrangement arrangement, LivekitModels.Codec... enabled) {
        return new SimulatedNode(
                new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement, List.of(enabled), SeatLimits.DEFAULTS);
    }

    private static LivekitModels.Codec mime(String mime) {
        return LivekitModels.Codec.newBuilder().setMime(mime).build();
    }

    /** Joins, and offers with this codec before those that it has. */
    private static SimulatedParticipant join(
            SimulatedNode node, String identity, String codec, AddTrackRequest... tracks) {
        SimulatedParticipant participant = node.participant(identity);
        participant.media.publish(identity + "-cam", MediaKind.VIDEO);
        SessionDescription offer = participant.media.offer();
        offer.media.stream()
                .filter(section -> section.kind == MediaKind.VIDEO)
                .forEach(section -> section.codecs.addFirst(new Codec(45, codec, 90_000, 1, Map.of(), List.of())));
        participant.sid = node.join("room", participant, List.of(tracks), new Offer(offer, 1));
        node.simulation.runForMs(1_000);
        return participant;
    }

    private static AddTrackRequest camera(String cid, String codec) {
        return SimulatedParticipant.addTrack(cid, TrackType.VIDEO, TrackSource.CAMERA).toBuilder()
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec(codec).setCid(cid))
                .build();
    }

    /** Of what was answered to the section that it sends in, or, beside that, of what it could receive. */
    private static Stream<String> codecs(SimulatedParticipant participant, boolean sending) {
        return participant.descriptions.getFirst().media.stream()
                .filter(section -> section.kind == MediaKind.VIDEO && section.direction.receives() == sending)
                .flatMap(section -> section.codecs.stream())
                .map(Codec::name);
    }

    private static JoinResponse welcome(SimulatedParticipant participant) {
        return participant.responses.getFirst().getJoin();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aDeviceIsNotAskedForWhatItsEncoderFailsOn(Arrangement arrangement) {
        SimulatedNode node = node(1, arrangement);
        node.client = XIAOMI;
        SimulatedParticipant alice = join(node, "alice", "H264", camera("alice-cam", "h264"));
        assertThat(welcome(alice).getClientConfiguration().getDisabledCodecs().getPublishList())
                .containsExactly(mime("video/H264"));
        assertThat(welcome(alice).getEnabledPublishCodecsList())
                .contains(mime("video/VP8"))
                .doesNotContain(mime("video/H264"));
        assertThat(codecs(alice, true)).containsExactly("VP8", "rtx");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runForMs(1_000);
        TrackInfo seen = bob.others.get("alice").getTracks(0);
        assertThat(seen.getMimeType()).isEqualTo("video/VP8");
        assertThat(seen.getCodecs(0).getMimeType()).isEqualTo("video/VP8");
        if (arrangement.isSingle) {
            assertThat(codecs(alice, false)).as("it may receive it").contains("H264");
        }
    }

    /** The same offer of a client that is not known to fail. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void othersMayPublishIt(Arrangement arrangement) {
        SimulatedNode node = node(2, arrangement);
        SimulatedParticipant alice = join(node, "alice", "H264", camera("alice-cam", "h264"));
        assertThat(welcome(alice).hasClientConfiguration()).isFalse();
        assertThat(codecs(alice, true)).containsExactly("H264", "VP8", "rtx");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aBrowserIsNotSentWhatItFailsOn(Arrangement arrangement) {
        SimulatedNode node = node(3, arrangement);
        SimulatedParticipant alice = join(node, "alice", "AV1", camera("alice-cam", "av1"));
        node.client = FIREFOX;
        SimulatedParticipant bob = join(node, "bob", "AV1");
        assertThat(welcome(bob).getClientConfiguration().getDisabledCodecs().getCodecsList())
                .containsExactly(mime("video/AV1"));
        assertThat(bob.descriptions.stream()
                        .flatMap(description -> description.media.stream())
                        .flatMap(section -> section.codecs.stream()))
                .noneMatch(codec -> codec.is("AV1"));
        String camera = bob.others.get("alice").getTracks(0).getSid();
        assertThat(bob.responses)
                .filteredOn(SignalResponse::hasSubscriptionResponse)
                .singleElement()
                .satisfies(told -> {
                    assertThat(told.getSubscriptionResponse().getTrackSid()).isEqualTo(camera);
                    assertThat(told.getSubscriptionResponse().getErr())
                            .isEqualTo(SubscriptionError.SE_CODEC_UNSUPPORTED);
                });
        node.client = ClientInfo.getDefaultInstance();
        SimulatedParticipant carol = join(node, "carol", "AV1");
        assertThat(carol.descriptions.stream()
                        .flatMap(description -> description.media.stream())
                        .filter(section -> section.trackId.equals(camera))
                        .flatMap(section -> section.codecs.stream()))
                .anyMatch(codec -> codec.is("AV1"));
        assertThat(alice.isClosed).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomHasOnlyTheCodecsThatAreEnabled(Arrangement arrangement) {
        SimulatedNode node = node(4, arrangement, mime("audio/opus"), mime("video/H264"));
        SimulatedParticipant alice = join(node, "alice", "H264", camera("alice-cam", "vp8"));
        assertThat(welcome(alice).getRoom().getEnabledCodecsList())
                .containsExactly(mime("audio/opus"), mime("video/H264"));
        assertThat(welcome(alice).getEnabledPublishCodecsList())
                .containsExactly(mime("video/H264"), mime("audio/opus"));
        assertThat(codecs(alice, true)).containsExactly("H264");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void theRulesAreToldToWhoResumes(Arrangement arrangement) {
        SimulatedNode node = node(5, arrangement);
        node.client = XIAOMI;
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("alice is there", 5_000, () -> alice.media.isConnected);
        alice.loseSignal();
        node.simulation.runForMs(1_000);
        alice.resume("room");
        node.simulation.runForMs(1_000);
        assertThat(alice.responses
                        .getFirst()
                        .getReconnect()
                        .getClientConfiguration()
                        .getDisabledCodecs()
                        .getPublishList())
                .containsExactly(mime("video/H264"));
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void featuresOfAMicrophoneChangeForEverybody(Arrangement arrangement) {
        SimulatedNode node = node(6, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("media", 5_000, () -> bob.hears(alice, 5));
        change(node, alice, alice.trackSidByCid.get("alice-mic"));
        assertThat(bob.others.get("alice").getTracksList())
                .filteredOn(track -> track.getType() == TrackType.AUDIO)
                .singleElement()
                .satisfies(track -> assertThat(track.getAudioFeaturesList())
                        .containsExactly(AudioTrackFeature.TF_NOISE_SUPPRESSION));
        assertThat(refusals(alice)).isEmpty();
        change(node, alice, "TR_unknown");
        change(node, alice, alice.cameraSid());
        assertThat(refusals(alice))
                .extracting(refusal -> refusal.getReason() + " "
                        + refusal.getUpdateAudioTrack().getTrackSid())
                .containsExactly("NOT_FOUND TR_unknown", "NOT_FOUND " + alice.cameraSid());
    }

    private static void change(SimulatedNode node, SimulatedParticipant participant, String trackSid) {
        node.request(
                participant,
                SignalRequest.newBuilder()
                        .setUpdateAudioTrack(UpdateLocalAudioTrack.newBuilder()
                                .setTrackSid(trackSid)
                                .addFeatures(AudioTrackFeature.TF_NOISE_SUPPRESSION))
                        .build());
        node.simulation.runForMs(100);
    }

    private static List<RequestResponse> refusals(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasRequestResponse)
                .map(SignalResponse::getRequestResponse)
                .toList();
    }

    /** A microphone in PCMU, with Opus for those who can't take that: it is not sent before somebody needs it. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoCanNotTakeTheFirstCodecOfATrackGetsItsBackup(Arrangement arrangement) {
        SimulatedNode node = node(7, arrangement);
        SimulatedParticipant alice = node.participant("alice");
        alice.media.publish("mic", MediaKind.AUDIO);
        alice.media.startMedia();
        alice.amends = ClientCodecsSimTest::withPcmu;
        alice.joinNaming("room", microphone("mic", "pcmu", "opus"));
        node.simulation.runUntil("alice is in", 3_000, () -> alice.media.isConnected);
        String sid = alice.trackSidByCid.get("mic");
        SimulatedParticipant bob = node.participant("bob");
        bob.downlink.decodes = codec -> codec.is("opus");
        bob.joinWatching("room");
        node.simulation.runUntil("alice is asked", 3_000, () -> !wantedOf(alice).isEmpty());
        assertThat(wantedOf(alice)).containsExactly(sid + " pcmu opus");
        alice.loseSignal();
        node.simulation.runForMs(100);
        alice.resume("room");
        node.simulation.runUntil(
                "it is asked on its resume", 1_000, () -> !wantedOf(alice).isEmpty());
        node.simulation.runForMs(1_000);

        alice.media.publish("backup", MediaKind.AUDIO);
        alice.media.startMedia();
        node.request(
                alice,
                SignalRequest.newBuilder()
                        .setAddTrack(AddTrackRequest.newBuilder()
                                .setCid("backup")
                                .setSid(sid)
                                .addSimulcastCodecs(SimulcastCodec.newBuilder()
                                        .setCodec("opus")
                                        .setCid("backup")))
                        .build());
        alice.negotiate();
        node.simulation.runUntil("bob hears", 5_000, () -> heard(bob, sid) > 10);
        assertThat(alice.trackSidByCid).containsEntry("backup", sid);
        assertThat(bob.others.get("alice").getTracksList()).singleElement().satisfies(track -> {
            assertThat(track.getMimeType()).isEqualToIgnoringCase("audio/PCMU");
            assertThat(track.getCodecsList())
                    .extracting(codec -> codec.getMimeType() + " " + codec.getCid())
                    .containsExactly(track.getMimeType() + " mic", "audio/opus backup");
        });

        SimulatedParticipant carol = node.participant("carol");
        carol.downlink.decodes = bob.downlink.decodes;
        carol.joinWatching("room");
        node.simulation.runUntil("carol, too", 5_000, () -> heard(carol, sid) > 10);
        assertThat(wantedOf(alice)).as("it knows").hasSize(1);

        alice.amends = ClientCodecsSimTest::withoutBackup;
        alice.negotiate();
        node.simulation.runUntil(
                "it is asked again", 5_000, () -> wantedOf(alice).size() == 2);
        assertThat(bob.others.get("alice").getTracksList()).hasSize(1);
        alice.leave();
        bob.leave();
        carol.leave();
        node.simulation.runForMs(25_000);
        assertThat(node.leftOvers()).isZero();
    }

    /** In all its layers: nobody counts which of them are needed. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aCameraIsAskedForItsBackupCodec(Arrangement arrangement) {
        SimulatedNode node = node(8, arrangement);
        AddTrackRequest camera = camera("alice-cam", "av1").toBuilder()
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("vp8"))
                .build();
        SimulatedParticipant alice = join(node, "alice", "AV1", camera);
        node.client = FIREFOX;
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runForMs(1_000);
        assertThat(bob.responses).noneMatch(SignalResponse::hasSubscriptionResponse);
        assertThat(alice.responses)
                .filteredOn(SignalResponse::hasSubscribedQualityUpdate)
                .singleElement()
                .satisfies(told -> {
                    SubscribedQualityUpdate update = told.getSubscribedQualityUpdate();
                    assertThat(update.getTrackSid())
                            .isEqualTo(bob.others.get("alice").getTracks(0).getSid());
                    assertThat(update.getSubscribedCodecsList())
                            .extracting(codec -> codec.getCodec() + " "
                                    + codec.getQualitiesList().stream()
                                            .filter(SubscribedQuality::getEnabled)
                                            .count())
                            .containsExactly("av1 3", "vp8 3");
                });
    }

    private static AddTrackRequest microphone(String cid, String codec, String backup) {
        return SimulatedParticipant.addTrack(cid, TrackType.AUDIO, TrackSource.MICROPHONE).toBuilder()
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec(codec).setCid(cid))
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec(backup))
                .build();
    }

    private static SessionDescription withPcmu(SessionDescription offer) {
        offer.media.stream().filter(section -> section.trackId.equals("mic")).forEach(section -> {
            section.codecs.clear();
            section.codecs.add(new Codec(0, "PCMU", 8_000, 1, Map.of(), List.of()));
        });
        return offer;
    }

    private static SessionDescription withoutBackup(SessionDescription offer) {
        offer.media.stream()
                .filter(section -> section.trackId.equals("backup"))
                .forEach(section -> section.direction = Direction.INACTIVE);
        return withPcmu(offer);
    }

    private static long heard(SimulatedParticipant participant, String sid) {
        ScriptedClient.Received received = participant.downlink.received(sid);
        return received == null ? 0 : received.packets;
    }

    /** Each time that it was told which codecs of a track are needed. */
    private static List<String> wantedOf(SimulatedParticipant participant) {
        return participant.responses.stream()
                .filter(SignalResponse::hasSubscribedAudioCodecUpdate)
                .map(SignalResponse::getSubscribedAudioCodecUpdate)
                .map(update -> update.getTrackSid() + " "
                        + update.getSubscribedAudioCodecsList().stream()
                                .map(SubscribedAudioCodec::getCodec)
                                .collect(Collectors.joining(" ")))
                .toList();
    }
}
