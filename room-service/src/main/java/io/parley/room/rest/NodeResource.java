// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.cluster.NodeRecord;
import java.time.Instant;

/** A node as it announced itself last, half a second ago or less. */
record NodeResource(
        @Field(value = "Of one life of its process.", example = "ND_4fRbUqE7aLwz")
        String id,

        @Field(value = "Where it is; empty where nothing was said.", example = "eu-west")
        String region,

        @Field(value = "When its process started.", example = "2026-01-31T12:00:00Z")
        Instant startedAt,

        @Field(value = "Whether it takes no new rooms, and is about to hand over those that it has.", example = "false")
        boolean draining,

        @Field(value = "Whether it has as much as its limits let it.", example = "false")
        boolean full,

        @Field(value = "Rooms that it hosts.", example = "12")
        int numRooms,

        @Field(value = "Participants in them.", example = "40")
        int numParticipants,

        @Field(value = "Tracks that they publish.", example = "66")
        int numTracks,

        @Field(value = "Cores that it computes with.", example = "8")
        int cores,

        @Field(value = "How much of them is in use, in percent.", example = "35")
        int cpuPercent) {
    static NodeResource of(NodeRecord node) {
        return new NodeResource(
                node.id().value(),
                node.region(),
                Instant.ofEpochMilli(node.epoch()),
                node.isDraining(),
                node.load().isFull(),
                node.load().rooms(),
                node.load().participants(),
                node.load().tracks(),
                node.cores(),
                (int) Math.round(node.load().cpu() * 100));
    }
}
