// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.RoomName;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.shard.Shard;
import io.parley.testkit.Choices;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.List;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a room tells those who log, count and keep its events. */
class RoomEventSimTest {
    private static final RoomName ROOM = new RoomName("room");

    private static SimulatedNode node(long seed, Arrangement arrangement) {
        return new SimulatedNode(new Simulation(Choices.ofSeed(seed)), Link.PERFECT, arrangement);
    }

    private static String line(RoomEvent event) {
        return switch (event) {
            case RoomEvent.RoomStarted started -> "started";
            case RoomEvent.RoomTakenOver taken -> "taken over";
            case RoomEvent.RoomFinished finished -> "finished: " + finished.reason();
            case RoomEvent.ParticipantJoined joined ->
                joined.participant().getIdentity() + " joined as "
                        + joined.stamp().room().getNumParticipants();
            case RoomEvent.ParticipantActive active -> active.participant().getIdentity() + " active";
            case RoomEvent.TrackPublished(RoomEvent.Stamp stamp, ParticipantInfo participant, var track) ->
                participant.getIdentity() + " published " + track.getType();
            case RoomEvent.TrackUnpublished(RoomEvent.Stamp stamp, ParticipantInfo participant, var track) ->
                participant.getIdentity() + " unpublished " + track.getType();
            case RoomEvent.ParticipantLeft left ->
                left.participant().getIdentity() + " left: "
                        + left.participant().getDisconnectReason() + (left.wasActive() ? "" : ", never active");
        };
    }

    private static List<String> lines(SimulatedNode node, String about) {
        return node.events.stream()
                .map(RoomEventSimTest::line)
                .filter(line -> line.startsWith(about))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomTellsOfItsWholeLifeInOrder(Arrangement arrangement) {
        SimulatedNode node = node(71, arrangement);
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(1_000);
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3_000, () -> bob.sees(alice, 10));
        alice.leave();
        node.simulation.runForMs(1_000);
        node.call(ROOM, RoomParticipantIdentity.newBuilder().setIdentity("bob").build());
        node.simulation.runForMs(30_000);

        assertThat(lines(node, "alice"))
                .containsExactlyInAnyOrder(
                        "alice joined as 1",
                        "alice active",
                        "alice published AUDIO",
                        "alice published VIDEO",
                        "alice unpublished AUDIO",
                        "alice unpublished VIDEO",
                        "alice left: CLIENT_INITIATED")
                .startsWith("alice joined as 1")
                .endsWith("alice left: CLIENT_INITIATED");
        assertThat(lines(node, "bob"))
                .containsExactly("bob joined as 2", "bob active", "bob left: PARTICIPANT_REMOVED");
        assertThat(lines(node, "")).startsWith("started").endsWith("finished: ROOM_CLOSED");

        long sequence = 0;
        long atMs = 0;
        for (RoomEvent event : node.events) {
            RoomEvent.Stamp stamp = event.stamp();
            assertThat(stamp.sequence()).isEqualTo(++sequence);
            assertThat(stamp.epoch()).isEqualTo(SimulatedNode.ROOM_EPOCH);
            assertThat(stamp.atMs()).isGreaterThanOrEqualTo(atMs);
            assertThat(stamp.room().getSid())
                    .isNotEmpty()
                    .isEqualTo(node.events.getFirst().stamp().room().getSid());
            atMs = stamp.atMs();
        }
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatIsDeletedTellsOfEverybodyBeforeItsEnd(Arrangement arrangement) {
        SimulatedNode node = node(72, arrangement);
        node.participant("alice").joinWatching("room");
        node.participant("bob").joinWatching("room");
        node.simulation.runForMs(1_000);
        node.events.clear();
        node.call(ROOM, DeleteRoomRequest.getDefaultInstance());
        assertThat(lines(node, ""))
                .containsExactlyInAnyOrder(
                        "alice left: ROOM_DELETED", "bob left: ROOM_DELETED", "finished: ROOM_DELETED")
                .endsWith("finished: ROOM_DELETED");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aCallIsToldInLiveKitsOrder(Arrangement arrangement) {
        SimulatedNode node = node(75, arrangement);
        node.call(ROOM, CreateRoomRequest.newBuilder().setName("room").build());
        SimulatedParticipant alice = node.participant("alice").joinPublishing("room");
        node.simulation.runForMs(1_000);
        SimulatedParticipant bob = node.participant("bob").joinWatching("room");
        node.simulation.runUntil("video", 3_000, () -> bob.sees(alice, 10));
        alice.leave();
        node.simulation.runForMs(1_000);
        node.call(ROOM, DeleteRoomRequest.getDefaultInstance());
        assertThat(lines(node, ""))
                .hasSize(12)
                .containsSubsequence(
                        "started",
                        "alice joined as 1",
                        "alice active",
                        "bob joined as 2",
                        "bob active",
                        "alice left: CLIENT_INITIATED",
                        "bob left: ROOM_DELETED",
                        "finished: ROOM_DELETED")
                .containsSubsequence(
                        "alice joined as 1",
                        "alice published VIDEO",
                        "bob joined as 2",
                        "alice unpublished VIDEO",
                        "alice left: CLIENT_INITIATED");
    }

    /** What LiveKit tells as participant_connection_aborted. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void whoLeavesBeforeItsMediaCouldFlowWasNeverActive(Arrangement arrangement) {
        SimulatedNode node = node(76, arrangement);
        node.participant("alice").joinWatching("room");
        node.simulation.runUntil("admission", 1_000, () -> lines(node, "alice").size() == 1);
        node.call(
                ROOM, RoomParticipantIdentity.newBuilder().setIdentity("alice").build());
        node.simulation.runForMs(1_000);
        assertThat(lines(node, "alice"))
                .containsExactly("alice joined as 1", "alice left: PARTICIPANT_REMOVED, never active");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aProcessThatEndsTellsTheEndOfItsRooms(Arrangement arrangement) {
        SimulatedNode node = node(77, arrangement);
        node.participant("alice").joinWatching("room");
        node.simulation.runForMs(1_000);
        node.events.clear();
        node.shards.forEach(Shard::endRooms);
        assertThat(lines(node, "")).containsExactly("alice left: SERVER_SHUTDOWN", "finished: SERVER_SHUTDOWN");
    }

    /** It goes on, with a later epoch, where it is now. */
    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aRoomThatMovesIsNotFinished(Arrangement arrangement) {
        SimulatedNode node = node(73, arrangement);
        node.participant("alice").joinWatching("room");
        node.simulation.runForMs(1_000);
        node.events.clear();
        node.onHome(home -> home.loseRoom(ROOM, SimulatedNode.ROOM_EPOCH));
        assertThat(lines(node, "")).containsExactly("alice left: MIGRATION");
    }

    @ParameterizedTest
    @EnumSource(Arrangement.class)
    void aDumpSaysWhereASeatIsAndWhatItsConnectionsAre(Arrangement arrangement) {
        SimulatedNode node = node(74, arrangement);
        node.participant("alice").joinWatching("room");
        node.simulation.runForMs(1_000);
        node.fullIce = true;
        node.participant("bob").joinWatching("room");
        node.simulation.runForMs(1_000);
        List<String> seats = node.shards.stream()
                .flatMap(shard -> shard.dump().stream())
                .map(seat ->
                        seat.identity() + " on " + seat.shard() + ", " + seat.peerConnections() + ", " + seat.ice())
                .toList();
        int connections = arrangement.isSingle ? 1 : 2;
        assertThat(seats)
                .containsExactlyInAnyOrder(
                        "alice on " + (arrangement.isScattered ? 1 : 0) + ", " + connections + ", lite",
                        "bob on " + (arrangement.isScattered ? 2 : 0) + ", " + connections + ", full");
    }
}
