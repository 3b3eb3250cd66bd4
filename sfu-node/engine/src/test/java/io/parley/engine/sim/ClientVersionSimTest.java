// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.sdp.Direction;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.sdp.Setup;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import java.util.stream.Stream;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of other versions in one room, and what each is told. */
class ClientVersionSimTest {
    private static SimulatedNode node(long seed, Arrangement arrangement) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement);
    }

    private static SimulatedParticipant watching(SimulatedNode node, String identity, int protocol) {
        node.protocol = protocol;
        return node.participant(identity).joinWatching("room");
    }

    private static List<ParticipantInfo> departures(SimulatedParticipant participant) {
        return participant.responses.stream()
                .flatMap(response -> response.getUpdate().getParticipantsList().stream())
                .filter(info -> info.getState() == ParticipantInfo.State.DISCONNECTED)
                .toList();
    }

    /** A newer client takes the second connection for a reconnect; the first one's end would remove the participant in its eyes. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoJoinsAgainLeavesOnlyInTheEyesOfOlderClients(Arrangement arrangement) {
        SimulatedNode node = node(1, arrangement);
        SimulatedParticipant old = watching(node, "old", 11);
        SimulatedParticipant recent = watching(node, "recent", 12);
        SimulatedParticipant first = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil(
                "media", 5_000, () -> old.sees(first, 5) && recent.sees(first, 5) && recent.others.containsKey("old"));
        SimulatedParticipant second = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> old.sees(second, 5) && recent.sees(second, 5));
        assertThat(first.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(departures(old)).extracting(ParticipantInfo::getSid).containsExactly(first.sid.value());
        assertThat(departures(recent)).isEmpty();
        assertThat(recent.others.get("alice").getSid()).isEqualTo(second.sid.value());
    }

    /** The socket was dead already when they left, and nobody knew: the client asked for nothing since (LiveKit #4910). */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoLeftShortlyBeforeTheClientsLastWordIsToldAgain(Arrangement arrangement) {
        SimulatedNode node = node(2, arrangement);
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        SimulatedParticipant known = watching(node, "known", 17);
        SimulatedParticipant inDoubt = watching(node, "in doubt", 17);
        node.simulation.runUntil("all are there", 5_000, () -> bob.others.size() == 2 && bob.media.isConnected);
        known.leave();
        node.simulation.runForMs(5_000);
        inDoubt.leave();
        node.simulation.runForMs(2_000);
        node.request(bob, SignalRequest.newBuilder().setPing(1).build());
        node.simulation.runForMs(20_000);
        bob.loseSignal();
        node.simulation.runForMs(1_000);
        bob.resume("room");
        node.simulation.runForMs(1_000);
        assertThat(departures(bob)).extracting(ParticipantInfo::getIdentity).containsExactly("in doubt");
        assertThat(bob.responses)
                .filteredOn(SignalResponse::hasUpdate)
                .allSatisfy(response ->
                        assertThat(response.getUpdate().getParticipantsList()).isNotEmpty());
    }

    /**
     * Clients that know participants by their identity remove the one that is there now, and with it its tracks, whose media goes
     * on and is not announced to them again (livekit-client 2.23.0: handleParticipantDisconnected). Others have to be told.
     */
    @ParameterizedTest
    @CsvSource({"11, 1", "12, 0", "17, 0"})
    void whoLeftAndIsBackLeftOnlyInTheEyesOfOlderClients(int protocol, int departures) {
        SimulatedNode node = node(6, Arrangement.ONE_SHARD);
        SimulatedParticipant bob = watching(node, "bob", protocol);
        SimulatedParticipant first = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> bob.sees(first, 5));
        first.leave();
        node.simulation.runForMs(100);
        SimulatedParticipant second = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("media again", 5_000, () -> bob.sees(second, 5));
        bob.loseSignal();
        node.simulation.runForMs(100);
        bob.resume("room");
        node.simulation.runForMs(1_000);
        assertThat(bob.resumed).isTrue();
        assertThat(departures(bob)).hasSize(departures);
        assertThat(bob.others.get("alice").getSid()).isEqualTo(second.sid.value());
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void anOlderClientIsMutedWhereItsTrackIsGone(Arrangement arrangement) {
        SimulatedNode node = node(3, arrangement);
        node.protocol = 6;
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("published", 5_000, () -> alice.trackSidByCid.size() == 2 && alice.media.isConnected);
        SessionDescription offer = alice.media.offer();
        offer.media.stream()
                .filter(section -> section.trackId.equals("alice-cam"))
                .forEach(section -> section.direction = Direction.INACTIVE);
        node.offer(alice, offer, 99);
        node.simulation.runForMs(1_000);
        assertThat(alice.responses).noneMatch(SignalResponse::hasTrackUnpublished);
        assertThat(alice.responses)
                .filteredOn(SignalResponse::hasMute)
                .singleElement()
                .satisfies(response -> assertThat(response.getMute().getSid()).isEqualTo(alice.cameraSid()));
    }

    /** It would have been closed for a message that it can't read. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void anOldJavaScriptResumesWithoutAReconnectResponse(Arrangement arrangement) {
        SimulatedNode node = node(4, arrangement);
        node.client = ClientInfo.newBuilder()
                .setSdk(ClientInfo.SDK.JS)
                .setVersion("1.6.2")
                .build();
        SimulatedParticipant bob = node.participant("bob").joinPublishing("room");
        node.simulation.runUntil("bob is there", 5_000, () -> bob.media.isConnected);
        bob.loseSignal();
        node.simulation.runForMs(1_000);
        bob.resume("room");
        node.simulation.runForMs(1_000);
        assertThat(bob.responses).noneMatch(SignalResponse::hasReconnect);
        assertThat(bob.responses.getFirst().hasUpdate()).isTrue();
    }

    /** Anybody with a token: it answers checks, and never says hello. Its seat and its place in the room were its own for ever. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoNeverGetsAsFarAsMediaIsSentAway(Arrangement arrangement) {
        SimulatedNode node = node(5, arrangement);
        SimulatedParticipant bob = node.participant("bob");
        bob.media.handshakeAfterMs = bob.downlink.handshakeAfterMs = 600_000;
        bob.joinPublishing("room");
        node.simulation.runForMs(59_000);
        assertThat(bob.isClosed).isFalse();
        node.simulation.runForMs(2_000);
        assertThat(bob.isClosed).isTrue();
        assertThat(bob.responses.getLast().getLeave().getReason()).isEqualTo(DisconnectReason.JOIN_FAILURE);
    }

    @ParameterizedTest
    @CsvSource({"3,3", "4,2"})
    void aSectionIsUsedAgainAboveProtocol3(int protocol, int videoSections) {
        SimulatedNode node = node(7, Arrangement.ONE_SHARD_TWO_CONNECTIONS);
        SimulatedParticipant bob = watching(node, "bob", protocol);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> bob.sees(alice, 5));
        alice.leave();
        node.simulation.runUntil("alice is gone", 5_000, () -> bob.others.isEmpty());
        SimulatedParticipant carol = node.participant("carol").joinPublishing("room");
        SimulatedParticipant dave = node.participant("dave").joinPublishing("room");
        node.simulation.runUntil("media", 5_000, () -> bob.sees(carol, 5) && bob.sees(dave, 5));
        assertThat(bob.descriptions.getLast().media)
                .filteredOn(section -> section.kind == MediaKind.VIDEO)
                .hasSize(videoSections);
    }

    /** An older client loses tracks that come before it is connected. */
    @ParameterizedTest
    @CsvSource({"7,false", "8,true"})
    void theFirstOfferHasTracksAboveProtocol7(int protocol, boolean hasTracks) {
        SimulatedNode node = node(8, Arrangement.ONE_SHARD_TWO_CONNECTIONS);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runUntil("published", 3_000, () -> alice.trackSidByCid.size() == 2 && alice.media.isConnected);
        SimulatedParticipant bob = watching(node, "bob", protocol);
        node.simulation.runUntil(
                "bob is offered to", 3_000, () -> offers(bob).findFirst().isPresent());
        assertThat(hasTracks(offers(bob).findFirst().orElseThrow())).isEqualTo(hasTracks);
        node.simulation.runUntil("media", 5_000, () -> bob.sees(alice, 5));
    }

    private static Stream<SessionDescription> offers(SimulatedParticipant participant) {
        return participant.descriptions.stream()
                .filter(description -> description.media.getFirst().setup == Setup.ACTPASS);
    }

    private static boolean hasTracks(SessionDescription description) {
        return description.media.stream().anyMatch(section -> section.kind == MediaKind.VIDEO);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "1,true"})
    void aStreamIsNamedByItsTrackTooAboveProtocol0(int protocol, boolean isByTrack) {
        SimulatedNode node = node(9, Arrangement.ONE_SHARD_TWO_CONNECTIONS);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        SimulatedParticipant bob = watching(node, "bob", protocol);
        node.simulation.runUntil("media", 5_000, () -> bob.sees(alice, 5));
        String expected = alice.sid.value() + (isByTrack ? "|" + alice.cameraSid() : "");
        assertThat(offers(bob).flatMap(offer -> offer.media.stream()))
                .filteredOn(section -> section.trackId.equals(alice.cameraSid()))
                .isNotEmpty()
                .allSatisfy(section -> assertThat(section.streamId).isEqualTo(expected));
    }

    /** Who may not subscribe has no connection of ours that could count. */
    @ParameterizedTest
    @EnumSource(
            value = Arrangement.class,
            names = {"ONE_SHARD_TWO_CONNECTIONS", "SCATTERED_TWO_CONNECTIONS"})
    void theConnectionThatCountsIsTheClientsUpToProtocol2(Arrangement arrangement) {
        SimulatedNode node = node(6, arrangement);
        SimulatedParticipant old = watching(node, "old", 2);
        SimulatedParticipant recent = watching(node, "recent", 3);
        node.permission = ParticipantPermission.newBuilder().setCanPublish(true).build();
        SimulatedParticipant publisher = watching(node, "publisher", 17);
        node.simulation.runForMs(1_000);
        assertThat(old.responses.getFirst().getJoin().getSubscriberPrimary()).isFalse();
        assertThat(recent.responses.getFirst().getJoin().getSubscriberPrimary()).isTrue();
        assertThat(publisher.responses.getFirst().getJoin().getSubscriberPrimary())
                .isFalse();
    }
}
