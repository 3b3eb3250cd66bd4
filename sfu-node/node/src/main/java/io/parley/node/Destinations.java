// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.Directory;
import io.parley.cluster.RoomPlace;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import livekit.LivekitModels.Room;

/** Where the rooms are that participants of a node are moved or forwarded to. Any thread. */
final class Destinations {
    private final NodeId node;
    private final Directory directory;
    private final ToIntFunction<RoomName> homeShard;

    /** @param homeShard of a room of this node */
    Destinations(NodeId node, Directory directory, ToIntFunction<RoomName> homeShard) {
        this.node = node;
        this.directory = directory;
        this.homeShard = homeShard;
    }

    /**
     * A room that nobody has becomes this node's. Fails with UNAVAILABLE if its node is gone, RESOURCE_EXHAUSTED if it is
     * another and the room full.
     */
    CompletionStage<Destination> find(RoomName room) {
        return directory.claim(room, node).thenCompose(this::reach);
    }

    /** The same for a participant whose seat stays here. Fails with FAILED_PRECONDITION if another node has the room. */
    CompletionStage<Destination> findHere(RoomName room) {
        return find(room).thenApply(found -> {
            if (found instanceof Destination.Elsewhere) {
                throw ApiError.ofCaller(
                        ErrorCode.FAILED_PRECONDITION,
                        "the destination room is on another node, and participants are forwarded between rooms of one"
                                + " node: forward before the room is there, which makes it here, or make it by CreateRoom"
                                + " with node_id \"" + node + "\"");
            }
            return found;
        });
    }

    private CompletionStage<Destination> reach(RoomPlace place) {
        RoomName room = place.claim().room();
        if (place.claim().node().equals(node)) {
            HomeRef home = new HomeRef(room, homeShard.applyAsInt(room));
            return CompletableFuture.completedFuture(
                    new Destination.Here(home, place.claim().epoch(), place.inherited()));
        }
        if (place.node() == null || !place.isLeased()) {
            return CompletableFuture.failedFuture(new ApiError(
                    ErrorCode.UNAVAILABLE, "the destination room's node does not answer", ApiError.Fault.US));
        }
        return directory.rooms(List.of(room.value())).thenApply(found -> {
            if (found.stream().anyMatch(Destinations::isFull)) {
                throw ApiError.ofCaller(
                        ErrorCode.RESOURCE_EXHAUSTED, "the destination room has as many participants as may be in it");
            }
            return new Destination.Elsewhere(room);
        });
    }

    private static boolean isFull(Room room) {
        return room.getMaxParticipants() > 0 && room.getNumParticipants() >= room.getMaxParticipants();
    }
}
