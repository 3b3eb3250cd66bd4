// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import com.google.protobuf.Message;
import io.parley.api.agent.JobReport;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;

/** A node without media: keeps what it hears, and does by name of the room what a test asks for. */
public final class ScriptedNode implements NodeLink {
    /** Refuses sessions and commands. */
    public static final RoomName FULL = new RoomName("full");

    /** Never answers. */
    public static final RoomName SILENT = new RoomName("silent");

    /** Has more participants than the node link over gRPC can list. */
    public static final RoomName HUGE = new RoomName("huge");

    private static final ApiError REFUSAL = ApiError.ofCaller(ErrorCode.RESOURCE_EXHAUSTED, "nö: full");

    /** A session as the node sees it. */
    public static final class Session implements Requests {
        public final SessionStart start;
        public final Listener listener;
        public final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
        public final CompletableFuture<Void> closed = new CompletableFuture<>();

        Session(SessionStart start, Listener listener) {
            this.start = start;
            this.listener = listener;
        }

        @Override
        public void send(byte[] frame) {
            frames.add(frame);
        }

        @Override
        public void close() {
            closed.complete(null);
        }
    }

    public final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
    private final NodeId id;

    public ScriptedNode(NodeId id) {
        this.id = id;
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public CompletionStage<Void> ping() {
        return CompletableFuture.completedFuture(null);
    }

    /** Deadlines of drains in ms, and -1 where one ended. */
    public final BlockingQueue<Long> drains = new LinkedBlockingQueue<>();

    @Override
    public CompletionStage<Void> drain(Duration deadline) {
        drains.add(deadline.toMillis());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> undrain() {
        drains.add(-1L);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Requests open(SessionStart start, Listener listener) {
        Session session = new Session(start, listener);
        if (start.claim().room().equals(FULL)) {
            listener.onRefused(REFUSAL);
        }
        sessions.add(session);
        return session;
    }

    /** A stream of jobs as the node sees it. */
    public static final class WorkerStream implements Answers {
        public final String roomService;
        public final AgentLink.Workers listener;

        /** Pools, reports, ids of jobs that were declined, and jobs with the workers that claim them, in order. */
        public final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

        public final CompletableFuture<Void> closed = new CompletableFuture<>();

        WorkerStream(String roomService, AgentLink.Workers listener) {
            this.roomService = roomService;
            this.listener = listener;
        }

        @Override
        public void tell(List<WorkerPool> pools) {
            heard.add(pools);
        }

        @Override
        public void decline(String jobId) {
            heard.add(jobId);
        }

        @Override
        public void report(JobReport report) {
            heard.add(report);
        }

        @Override
        public void claim(String jobId, String workerId) {
            heard.add(Map.entry(jobId, workerId));
        }

        @Override
        public void close() {
            closed.complete(null);
        }
    }

    public final BlockingQueue<WorkerStream> workers = new LinkedBlockingQueue<>();

    @Override
    public Answers openAgents(String roomService, AgentLink.Workers listener) {
        WorkerStream opened = new WorkerStream(roomService, listener);
        workers.add(opened);
        return opened;
    }

    private static <T> CompletionStage<T> answer(RoomName room, T value) {
        if (room.equals(SILENT)) {
            return new CompletableFuture<>();
        }
        return room.equals(FULL) ? CompletableFuture.failedFuture(REFUSAL) : CompletableFuture.completedFuture(value);
    }

    @Override
    public <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request, String requestId) {
        Message response = switch (request) {
            case CreateRoomRequest room ->
                Room.newBuilder()
                        .setName(claim.room().value())
                        .setSid(claim.node().value() + claim.epoch() + requestId)
                        .setMetadata(
                                inherited == null
                                        ? room.getMetadata()
                                        : inherited.room().getMetadata())
                        .build();
            default -> method.response();
        };
        return answer(claim.room(), method.cast(response));
    }

    /** Up to this claim it has every room. */
    public volatile long lastEpoch = Long.MAX_VALUE;

    @Override
    public CompletionStage<Boolean> hosts(RoomClaim claim) {
        return answer(claim.room(), claim.node().equals(id) && claim.epoch() <= lastEpoch);
    }

    @Override
    public CompletionStage<ParticipantInfo> participant(RoomName room, String identity) {
        return answer(room, ParticipantInfo.newBuilder().setIdentity(identity).build());
    }

    /** To the hall, but for bob. */
    @Override
    public CompletionStage<Optional<MovedParticipant>> findMoved(RoomName room, String identity, String sid) {
        return answer(
                room,
                identity.equals("bob")
                        ? Optional.empty()
                        : Optional.of(new MovedParticipant(new RoomName("hall"), sid + " of " + identity)));
    }

    @Override
    public CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
        if (room.equals(HUGE)) {
            ParticipantInfo large = ParticipantInfo.newBuilder()
                    .setMetadata("m".repeat(1 << 20))
                    .build();
            return CompletableFuture.completedFuture(Collections.nCopies(16, large));
        }
        return answer(
                room,
                List.of(
                        ParticipantInfo.newBuilder().setIdentity("alice").build(),
                        ParticipantInfo.newBuilder().setIdentity("bob").build()));
    }
}
