// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");

    private final Placement placement = new Placement("eu", 0.9, RANDOM);

    private static NodeRecord node(String id, String region, int maxParticipants, double cpu, int participants) {
        return new NodeRecord(
                new NodeId(id),
                1,
                "",
                region,
                2,
                new NodeLoad(
                        cpu, participants / 4, participants, 0, maxParticipants > 0 && participants >= maxParticipants),
                false);
    }

    private static NodeRecord draining(NodeRecord node) {
        return new NodeRecord(node.id(), node.epoch(), node.address(), node.region(), node.cores(), node.load(), true);
    }

    @Test
    void aNodeThatDrainsGetsNoRoomEvenIfItIsTheOnlyOne() {
        NodeRecord leaving = draining(node("a", "eu", 0, 0, 0));
        assertThat(place(10, leaving, node("b", "us", 0, 0.95, 500))).isEqualTo(Map.of("b", 10));
        assertThat(placement.choose(List.of(leaving), Set.of())).isEmpty();
    }

    private Map<String, Integer> place(int rooms, NodeRecord... nodes) {
        Map<String, Integer> placed = new HashMap<>();
        for (int i = 0; i < rooms; i++) {
            NodeId chosen = placement.choose(List.of(nodes), Set.of()).orElseThrow();
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
        Placement regardless = new Placement("eu", 1, RANDOM);
        List<NodeRecord> nodes = List.of(node("near", "eu", 0, 1, 0), node("far", "us", 0, 0, 0));
        assertThat(regardless.choose(nodes, Set.of())).contains(new NodeId("near"));
    }

    @Test
    void ownRegionComesFirst() {
        assertThat(place(10, node("near", "eu", 0, 0.5, 500), node("far", "us", 0, 0, 0)))
                .isEqualTo(Map.of("near", 10));
    }

    @Test
    void nodesThatDoNotAnswerGetNothing() {
        NodeRecord dead = node("dead", "eu", 0, 0, 0);
        assertThat(placement.choose(List.of(dead), Set.of(dead.id()))).isEmpty();
        assertThat(placement.choose(List.of(), Set.of())).isEmpty();
    }
}
