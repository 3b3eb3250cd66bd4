// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import com.google.protobuf.Message;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * A node as the other services see it: signal streams, jobs of agents, and commands on the rooms that it hosts. A command fails with an
 * {@link io.parley.api.error.ApiError}, within seconds also where the node does not answer; what it changed is visible to
 * reads that follow its completion.
 */
public interface NodeLink extends SignalLink, AgentLink {
    /**
     * The node that this link leads to, which is one life of a process: a process that is started again under the same
     * address is another node, knows nothing of this one's rooms, and refuses what is meant for it.
     */
    NodeId id();

    /** Whether the link stands, as far as is known without asking the node. One that fell silent seems to stand. */
    boolean isConnected();

    /** Completes if the node answers; fails within a second or so if it does not, or if another answers in its place. */
    CompletionStage<Void> ping();

    /**
     * The node takes no new rooms from now on, and at the deadline hands over those that it has to others, with their
     * participants.
     *
     * @param deadline from now; it takes the place of one that was set before
     */
    CompletionStage<Void> drain(Duration deadline);

    /** The node takes new rooms again. */
    CompletionStage<Void> undrain();

    /**
     * Runs a method at the room's home. Fails with NOT_FOUND for an unknown room, unless the method makes it.
     *
     * @param inherited what a room goes on with that lost its node, if this opens it
     * @param requestId calls that have the same one, within a minute, have one effect and one answer; or ""
     */
    <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request, String requestId);

    /** Whether the room is there, under this claim or a later one. */
    CompletionStage<Boolean> hosts(RoomClaim claim);

    /** Hidden ones included; none for an unknown room. */
    CompletionStage<List<ParticipantInfo>> participants(RoomName room);

    /** Fails with NOT_FOUND for an unknown room or participant. */
    CompletionStage<ParticipantInfo> participant(RoomName room, String identity);

    /**
     * Where a participant was moved from a room that is here, or was: it may not have heard of it. Empty where nobody knows of
     * that.
     *
     * @param sid that it had in the room
     */
    CompletionStage<Optional<MovedParticipant>> findMoved(RoomName room, String identity, String sid);
}
