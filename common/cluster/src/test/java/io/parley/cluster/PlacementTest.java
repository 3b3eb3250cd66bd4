// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");

    private final Placement placement = new Placement("eu", NodeSelector.DEFAULT, RANDOM);

    private static NodeRecord node(String id, String region, int maxParticipants, double cpu, int participants) {
        return new NodeRecord(
                new NodeId(id),
                1,
                "",
                region,
                2,
                new NodeLoad(
                        cpu,
                        0,
                        participants / 4,
                        participants,
                        0,
                        0,
                        maxParticipants > 0 && participants >= maxParticipants),
                false);
    }

    private static NodeRecord draining(NodeRecord node) {
        return new NodeRecord(node.id(), node.epoch(), node.address(), node.region(), node.cores(), node.load(), true);
    }

    @Test
    void aNodeThatDrainsGetsNoRoomEvenIfItIsTheOnlyOne() {
        NodeRecord leaving = draining(node("a", "eu", 0, 0, 0));
        assertThat(place(10, leaving, node("b", "us", 0, 0.95, 500))).isEqualTo(Map.of("b", 10));
        assertThatThrownBy(() -> placement.choose(List.of(leaving), Set.of()))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("a drains");
    }

    private Map<String, Integer> place(int rooms, NodeRecord... nodes) {
        Map<String, Integer> placed = new HashMap<>();
        for (int i = 0; i < rooms; i++) {
            NodeId chosen = placement.choose(List.of(nodes), Set.of());
            placed.merge(chosen.value(), 1, Integer::sum);
        }
        return placed;
    }

    @Test
    void ofTwoNodesTheOneWithFewerParticipantsGetsTheRoom() {
        assertThat(place(10, node("a", "eu", 0, 0, 100), node("b", "eu", 0, 0, 20)))
                .isEqualTo(Map.of("b", 10));
    }

    @Test
    void aBurstBetweenTwoAnnouncementsIsShared() {
        assertThat(place(100, node("a", "eu", 0, 0, 0), node("b", "eu", 0, 0, 0)))
                .isEqualTo(Map.of("a", 50, "b", 50));
    }

    @Test
    void manyNodesShareABurstWithoutAnyOneGettingMostOfIt() {
        Map<String, Integer> placed = place(
                400,
                node("a", "eu", 0, 0, 0),
                node("b", "eu", 0, 0, 0),
                node("c", "eu", 0, 0, 0),
                node("d", "eu", 0, 0, 0));
        assertThat(placed.values()).allSatisfy(rooms -> assertThat(rooms).isBetween(80, 120));
    }

    @Test
    void busyAndFullNodesComeLast() {
        NodeRecord busy = node("busy", "eu", 0, 0.95, 0);
        NodeRecord full = node("full", "eu", 10, 0, 10);
        assertThat(place(10, busy, full, node("far", "us", 0, 0.5, 900))).isEqualTo(Map.of("far", 10));
        assertThat(place(10, busy)).isEqualTo(Map.of("busy", 10));
    }

    @Test
    void aLimitOfAllCoresIsNeverExceeded() {
        NodeSelector allCores = new NodeSelector(
                NodeSelector.Kind.CPULOAD,
                NodeSelector.SortBy.CLIENTS,
                NodeSelector.Algorithm.TWOCHOICE,
                1,
                1,
                List.of());
        Placement regardless = new Placement("eu", allCores, RANDOM);
        List<NodeRecord> nodes = List.of(node("near", "eu", 0, 1, 0), node("far", "us", 0, 0, 0));
        assertThat(regardless.choose(nodes, Set.of())).isEqualTo(new NodeId("near"));
    }

    // ---- kinds and orders ----

    /** Each number is the least at one node only. */
    private static List<NodeRecord> differentNodes() {
        return List.of(
                loaded("cpu", new NodeLoad(0.1, 4, 40, 40, 40, 40, false)),
                loaded("sys", new NodeLoad(0.4, 1, 40, 40, 40, 40, false)),
                loaded("rooms", new NodeLoad(0.4, 4, 10, 40, 40, 40, false)),
                loaded("clients", new NodeLoad(0.4, 4, 40, 10, 40, 40, false)),
                loaded("tracks", new NodeLoad(0.4, 4, 40, 40, 10, 40, false)),
                loaded("bytes", new NodeLoad(0.4, 4, 40, 40, 40, 10, false)));
    }

    private static NodeRecord loaded(String id, NodeLoad load) {
        return new NodeRecord(new NodeId(id), 1, "", "", 8, load, false);
    }

    private static NodeSelector selector(NodeSelector.Kind kind, NodeSelector.SortBy sortBy) {
        return new NodeSelector(kind, sortBy, NodeSelector.Algorithm.LOWEST, 0.9, 0.9, List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "CPULOAD, cpu",
        "SYSLOAD, sys",
        "ROOMS, rooms",
        "CLIENTS, clients",
        "TRACKS, tracks",
        "BYTESPERSEC, bytes"
    })
    void theLowestOfAllGetsTheRoom(NodeSelector.SortBy sortBy, String expected) {
        Placement lowest = new Placement("", selector(NodeSelector.Kind.ANY, sortBy), RANDOM);
        for (int i = 0; i < 5; i++) {
            assertThat(lowest.choose(differentNodes(), Set.of())).isEqualTo(new NodeId(expected));
        }
    }

    @Test
    void byLotEveryNodeGetsItsShare() {
        Placement random = new Placement("", selector(NodeSelector.Kind.ANY, NodeSelector.SortBy.RANDOM), RANDOM);
        Map<NodeId, Integer> placed = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            placed.merge(random.choose(differentNodes(), Set.of()), 1, Integer::sum);
        }
        assertThat(placed.values())
                .hasSize(6)
                .allSatisfy(rooms -> assertThat(rooms).isBetween(60, 140));
    }

    @ParameterizedTest
    @CsvSource({"ANY, idle on paper", "CPULOAD, cpu free", "SYSLOAD, load free"})
    void aKindSaysWhichNodesAreBusy(NodeSelector.Kind kind, String expected) {
        Placement placement = new Placement("", selector(kind, NodeSelector.SortBy.CLIENTS), RANDOM);
        List<NodeRecord> nodes = List.of(
                loaded("idle on paper", new NodeLoad(0.95, 7.6, 0, 0, 0, 0, false)),
                loaded("cpu free", new NodeLoad(0.85, 7.6, 0, 80, 0, 0, false)),
                loaded("load free", new NodeLoad(0.95, 7, 0, 90, 0, 0, false)));
        assertThat(placement.choose(nodes, Set.of())).isEqualTo(new NodeId(expected));
    }

    @Test
    void aRegionAwareSelectorTakesTheNearestRegion() {
        NodeSelector aware = new NodeSelector(
                NodeSelector.Kind.REGIONAWARE,
                NodeSelector.SortBy.RANDOM,
                NodeSelector.Algorithm.LOWEST,
                0.9,
                0.9,
                List.of(
                        new NodeSelector.Region("frankfurt", 50.1, 8.7),
                        new NodeSelector.Region("virginia", 38.9, -77.4),
                        new NodeSelector.Region("tokyo", 35.7, 139.7)));
        Placement placement = new Placement("frankfurt", aware, RANDOM);
        NodeRecord unknown = node("unknown", "mars", 0, 0, 0);
        NodeRecord tokyo = node("tokyo", "tokyo", 0, 0, 0);
        NodeRecord virginia = node("virginia", "virginia", 0, 0, 0);
        NodeRecord home = node("home", "frankfurt", 0, 0, 0);
        List<NodeRecord> nodes = new ArrayList<>(List.of(unknown, tokyo, virginia, home));
        for (NodeRecord nearest : List.of(home, virginia, tokyo, unknown)) {
            assertThat(placement.choose(nodes, Set.of())).isEqualTo(nearest.id());
            nodes.remove(nearest);
        }
        assertThat(aware.distanceKm("frankfurt", "virginia")).isBetween(6_400.0, 6_700.0);
    }

    @Test
    void aRefusalNamesNoMoreNodesThanFit() {
        List<NodeRecord> leaving = IntStream.range(0, 1_000)
                .mapToObj(i -> draining(node("ND_" + i, "eu", 0, 0, 0)))
                .toList();
        assertThatThrownBy(() -> placement.choose(leaving, Set.of()))
                .hasMessageContaining("ND_0 drains, ND_1 drains")
                .hasMessageEndingWith("and so on for 1000")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void ownRegionComesFirst() {
        assertThat(place(10, node("near", "eu", 0, 0.5, 500), node("far", "us", 0, 0, 0)))
                .isEqualTo(Map.of("near", 10));
    }

    @Test
    void nodesThatDoNotAnswerGetNothing() {
        NodeRecord dead = node("dead", "eu", 0, 0, 0);
        assertThatThrownBy(() -> placement.choose(List.of(dead), Set.of(dead.id())))
                .hasMessage("no node is ready: dead does not answer");
        assertThatThrownBy(() -> placement.choose(List.of(), Set.of())).isInstanceOf(ApiError.class);
    }
}
