// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.Room;

/**
 * Who is where: the nodes, and the rooms with the node that hosts each. Every operation is atomic among all services that
 * share the directory, and fails with an {@link io.parley.api.error.ApiError} UNAVAILABLE while the directory can't be
 * reached. Stages complete on any thread.
 */
public interface Directory {
    /** How long a claim waits for its node to confirm it before it is void. */
    Duration CLAIM_TIMEOUT = Duration.ofSeconds(15);

    /** How long the announcement of a node that went without a word is remembered. */
    Duration NODE_MEMORY = Duration.ofMinutes(10);

    /** How long it is remembered who had a room that is gone: as long as its node remembers what ended it. */
    Duration GONE_MEMORY = Duration.ofMinutes(1);

    // ---- nodes ----

    /**
     * The node is there, and will say so again before the lease ends.
     *
     * @return whether it had to be entered anew: then whoever hosts rooms {@link #put puts} all of them again
     */
    CompletionStage<Boolean> announce(NodeRecord node, Duration lease);

    /** The node leaves on purpose. */
    CompletionStage<Void> withdraw(NodeId node);

    /** Nodes whose lease has not ended. */
    CompletionStage<List<NodeRecord>> nodes();

    // ---- rooms ----

    /** Gives the room to the candidate unless somebody has it, or had it and was lost. @return who has it now */
    CompletionStage<RoomPlace> claim(RoomName room, NodeId candidate);

    /**
     * Gives a room to the candidate, with its record, if the claim is still the one that was lost, and its node's lease has
     * ended. Only for nodes that can't be reached over their link either.
     *
     * @return who has it now
     */
    CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate);

    CompletionStage<Optional<RoomPlace>> find(RoomName room);

    /** Who had a room that was released not long ago: the answer to a call that is repeated is there. */
    CompletionStage<Optional<RoomPlace>> findGone(RoomName room);

    /**
     * Confirms a claim, or says that its room changed. From then on the room is there until it is released, whatever becomes
     * of its node.
     *
     * @return false if another claim on the room holds: then the node has to let go of it
     */
    CompletionStage<Boolean> put(RoomClaim claim, RoomRecord room);

    /** The room is gone, or was never made. Nothing happens if another claim holds. */
    CompletionStage<Void> release(RoomClaim claim);

    /**
     * The node lets go of the room, for whoever takes it over next to go on with the record. Nothing happens if another claim
     * holds.
     */
    CompletionStage<Void> handOver(RoomClaim claim, RoomRecord room);

    /**
     * The claim's node does not answer: the room is free again, unless the node has confirmed the claim. One that was taken
     * over can be once more.
     */
    CompletionStage<Void> revoke(RoomClaim claim);

    /** Rooms that are there, also of nodes that are lost. @param names which ones; all if empty */
    CompletionStage<List<Room>> rooms(Collection<String> names);

    /**
     * Some of the rooms that lost their nodes. Looks at a thousand rooms or so, at others each time, and forgets claims of
     * which nothing came.
     *
     * @param silence for which a node is not lost yet though its lease has ended; one that left is lost at once
     */
    CompletionStage<List<RoomClaim>> lost(Duration silence);
}
