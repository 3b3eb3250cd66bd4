// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.parley.api.agent.JobReport;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.AgentLink;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.MovedParticipant;
import io.parley.cluster.NodeLink;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.cluster.WorkerPool;
import io.parley.cluster.v1.AgentDown;
import io.parley.cluster.v1.AgentUp;
import io.parley.cluster.v1.Claim;
import io.parley.cluster.v1.DrainCommand;
import io.parley.cluster.v1.FindMovedCommand;
import io.parley.cluster.v1.GetParticipantCommand;
import io.parley.cluster.v1.HostsRoomCommand;
import io.parley.cluster.v1.HostsRoomReply;
import io.parley.cluster.v1.JobClaim;
import io.parley.cluster.v1.ListParticipantsCommand;
import io.parley.cluster.v1.NodeLinkGrpc;
import io.parley.cluster.v1.PingRequest;
import io.parley.cluster.v1.RoomCall;
import io.parley.cluster.v1.SignalDown;
import io.parley.cluster.v1.SignalUp;
import io.parley.cluster.wire.RoomRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node at the other end of a connection. */
final class GrpcNodeLink implements NodeLink, AutoCloseable {
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration RECONNECT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
    private static final Status NODE_TOO_SLOW = Status.CANCELLED.withDescription("node too slow");
    private static final Logger log = LoggerFactory.getLogger(GrpcNodeLink.class);

    private final NodeId id;
    private final ManagedChannel channel;
    private final NodeLinkGrpc.NodeLinkFutureStub commands;
    private final NodeLinkGrpc.NodeLinkStub streams;

    /** Whether another node answered last: the connection stands, and leads to the wrong place. */
    private volatile boolean isMistaken;

    private final LogThrottle refusals = new LogThrottle();

    GrpcNodeLink(NodeId id, ManagedChannel channel) {
        this.id = id;
        this.channel = channel;
        this.commands = NodeLinkGrpc.newFutureStub(channel);
        this.streams = NodeLinkGrpc.newStub(channel);
    }

    @Override
    public NodeId id() {
        return id;
    }

    @Override
    public boolean isConnected() {
        return channel.getState(false) == ConnectivityState.READY && !isMistaken;
    }

    @Override
    public CompletionStage<Void> ping() {
        PingRequest ping = PingRequest.getDefaultInstance();
        return switch (channel.getState(false)) {
            case IDLE, READY, SHUTDOWN -> done(within(PING_TIMEOUT).ping(ping));
            // gRPC would answer from what it learnt a while ago; whoever asks wants to know about now. Calls fail a
            // moment before the state shows it, so that one that connects may be one that failed.
            case CONNECTING -> done(within(PING_TIMEOUT).withWaitForReady().ping(ping));
            case TRANSIENT_FAILURE -> {
                channel.resetConnectBackoff();
                yield done(within(RECONNECT_TIMEOUT).withWaitForReady().ping(ping));
            }
        };
    }

    @Override
    public CompletionStage<Void> drain(Duration deadline) {
        return drain(DrainCommand.newBuilder().setIsDraining(true).setDeadlineMs(deadline.toMillis()));
    }

    @Override
    public CompletionStage<Void> undrain() {
        return drain(DrainCommand.newBuilder());
    }

    private CompletionStage<Void> drain(DrainCommand.Builder command) {
        return done(within(COMMAND_TIMEOUT).drain(command.build()));
    }

    @Override
    public <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request, String requestId) {
        RoomCall.Builder call = RoomCall.newBuilder()
                .setClaim(encode(claim))
                .setMethod(method.name())
                .setRequest(request.toByteString())
                .setRequestId(requestId);
        if (inherited != null) {
            call.setInherited(RoomRecords.encode(inherited));
        }
        return result(
                within(method.timeout().apply(request)).callRoom(call.build()),
                reply -> method.parseResponse(reply.getResponse()));
    }

    @Override
    public CompletionStage<Boolean> hosts(RoomClaim claim) {
        HostsRoomCommand command =
                HostsRoomCommand.newBuilder().setClaim(encode(claim)).build();
        return result(within(PING_TIMEOUT).hostsRoom(command), HostsRoomReply::getHosts);
    }

    @Override
    public CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
        ListParticipantsCommand command =
                ListParticipantsCommand.newBuilder().setRoom(room.value()).build();
        return result(within(COMMAND_TIMEOUT).listParticipants(command), reply -> {
            List<ParticipantInfo> participants = new ArrayList<>();
            for (ByteString participant : reply.getParticipantsList()) {
                participants.add(ParticipantInfo.parseFrom(participant));
            }
            return participants;
        });
    }

    @Override
    public CompletionStage<ParticipantInfo> participant(RoomName room, String identity) {
        GetParticipantCommand command = GetParticipantCommand.newBuilder()
                .setRoom(room.value())
                .setIdentity(identity)
                .build();
        return result(
                within(COMMAND_TIMEOUT).getParticipant(command),
                reply -> ParticipantInfo.parseFrom(reply.getParticipant()));
    }

    @Override
    public CompletionStage<Optional<MovedParticipant>> findMoved(RoomName room, String identity, String sid) {
        FindMovedCommand command = FindMovedCommand.newBuilder()
                .setRoom(room.value())
                .setIdentity(identity)
                .setSid(sid)
                .build();
        return result(
                within(COMMAND_TIMEOUT).findMoved(command),
                reply -> reply.getRoom().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new MovedParticipant(new RoomName(reply.getRoom()), reply.getSid())));
    }

    private NodeLinkGrpc.NodeLinkFutureStub within(Duration timeout) {
        return commands.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Claim encode(RoomClaim claim) {
        return Claim.newBuilder()
                .setRoom(claim.room().value())
                .setNode(claim.node().value())
                .setEpoch(claim.epoch())
                .build();
    }

    private interface Decoder<R, T> {
        T decode(R reply) throws InvalidProtocolBufferException;
    }

    private <R> CompletionStage<Void> done(ListenableFuture<R> call) {
        return result(call, reply -> reply).thenAccept(reply -> {});
    }

    private <R, T> CompletionStage<T> result(ListenableFuture<R> call, Decoder<R, T> decoder) {
        CompletableFuture<T> result = new CompletableFuture<>();
        FutureCallback<R> callback = new FutureCallback<>() {
            @Override
            public void onSuccess(R reply) {
                isMistaken = false;
                try {
                    result.complete(decoder.decode(reply));
                } catch (InvalidProtocolBufferException e) {
                    result.completeExceptionally(
                            new ApiError(ErrorCode.INTERNAL, "the node's answer can't be read", ApiError.Fault.US));
                }
            }

            @Override
            public void onFailure(Throwable error) {
                note(error);
                result.completeExceptionally(Statuses.error(error));
            }
        };
        Futures.addCallback(call, callback, MoreExecutors.directExecutor());
        return result;
    }

    /** What the operator has to know of a failed call: callers hear only that the node can't be used. */
    private void note(Throwable error) {
        if (Envelope.isFromAnotherNode(error)) {
            if (!isMistaken) {
                log.atWarn()
                        .addKeyValue("node", id)
                        .addKeyValue("address", channel.authority())
                        .log("another node answers here: this one was started again, or parley.node.advertised-host"
                                + " leads to more than one");
            }
            isMistaken = true;
            return;
        }
        switch (Status.fromThrowable(error).getCode()) {
            case UNAUTHENTICATED -> say("the node does not accept our secret: set parley.cluster.secret alike for all");
            case FAILED_PRECONDITION ->
                say("the node speaks another version of the node link: run releases that are one apart at most");
            case UNAVAILABLE -> {
                if (isOfTls(error)) {
                    say("the node and this service don't trust each other: set parley.cluster.tls alike for all");
                }
            }
            default -> {
                // the caller's to judge: it may try another node, or again
            }
        }
    }

    private static boolean isOfTls(Throwable error) {
        return Throwables.getCausalChain(error).stream().anyMatch(SSLException.class::isInstance);
    }

    private void say(String refusal) {
        if (refusals.tryPass()) {
            log.atWarn()
                    .addKeyValue("node", id)
                    .addKeyValue("address", channel.authority())
                    .log(refusal);
        }
    }

    // ---- signal streams ----

    @Override
    public Requests open(SessionStart start, Listener listener) {
        SignalStream stream = new SignalStream(listener);
        streams.signal(stream);
        io.parley.cluster.v1.SessionStart.Builder message = io.parley.cluster.v1.SessionStart.newBuilder()
                .setClaim(encode(start.claim()))
                .setParticipant(start.participant().toByteString())
                .setClient(start.client().toByteString())
                .setSinglePeerConnection(start.singlePeerConnection())
                .setRequest(start.request().toByteString())
                .setCreation(start.creation().toByteString());
        if (start.inherited() != null) {
            message.setInherited(RoomRecords.encode(start.inherited()));
        }
        stream.begin(message.build());
        return stream;
    }

    /** One client's stream at the front door's end. */
    private final class SignalStream implements ClientResponseObserver<SignalUp, SignalDown>, Requests {
        private final Listener listener;
        private ClientCallStreamObserver<SignalUp> call;
        private OutboundFrames<SignalUp> requests;

        @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart before anything else
        SignalStream(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SignalUp> started) {
            call = started;
            requests = new OutboundFrames<>(started, NODE_TOO_SLOW);
        }

        /** Before anything else is sent; it waits inside gRPC while the connection is not there. */
        void begin(io.parley.cluster.v1.SessionStart start) {
            call.onNext(SignalUp.newBuilder().setStart(start).build());
        }

        @Override
        public void send(byte[] frame) {
            SignalUp message = SignalUp.newBuilder()
                    .setRequest(UnsafeByteOperations.unsafeWrap(frame))
                    .build();
            requests.send(message);
        }

        @Override
        public void close() {
            requests.end();
        }

        @Override
        public void onNext(SignalDown message) {
            switch (message.getMessageCase()) {
                case RESPONSE -> listener.onResponse(message.getResponse().toByteArray());
                case CLAIMS ->
                    listener.onClaims(
                            new RoomName(message.getClaims().getRoom()),
                            NodeLinkServer.parse(
                                    ParticipantInfo.getDefaultInstance(),
                                    message.getClaims().getParticipant()));
                case ROOM_MOVED ->
                    listener.onRoomMoved(
                            NodeLinkServer.parse(RoomMovedResponse.getDefaultInstance(), message.getRoomMoved()));
                case MESSAGE_NOT_SET -> {
                    // of a version that says so in its headers
                }
            }
        }

        @Override
        public void onError(Throwable error) {
            note(error);
            if (Statuses.isRefusal(error)) {
                listener.onRefused(Statuses.error(error));
            } else {
                listener.onLost();
            }
        }

        @Override
        public void onCompleted() {
            listener.onClosed();
        }
    }

    // ---- agents ----

    @Override
    public Answers openAgents(String roomService, AgentLink.Workers listener) {
        AgentStream stream = new AgentStream(listener);
        streams.agents(stream);
        stream.answers.send(AgentUp.newBuilder().setRoomService(roomService).build());
        return stream;
    }

    /** The room-service's end. */
    private final class AgentStream implements ClientResponseObserver<AgentUp, AgentDown>, Answers {
        private final AgentLink.Workers listener;
        private OutboundFrames<AgentUp> answers;

        @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart before anything else
        AgentStream(AgentLink.Workers listener) {
            this.listener = listener;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<AgentUp> call) {
            answers = new OutboundFrames<>(call, NODE_TOO_SLOW);
        }

        @Override
        public void tell(List<WorkerPool> pools) {
            answers.send(AgentMessages.pools(pools));
        }

        @Override
        public void decline(String jobId) {
            answers.send(AgentUp.newBuilder().setDeclined(jobId).build());
        }

        @Override
        public void report(JobReport report) {
            answers.send(AgentMessages.report(report));
        }

        @Override
        public void claim(String jobId, String workerId) {
            answers.send(AgentUp.newBuilder()
                    .setClaim(JobClaim.newBuilder().setJobId(jobId).setWorkerId(workerId))
                    .build());
        }

        @Override
        public void close() {
            answers.end();
        }

        @Override
        public void onNext(AgentDown message) {
            AgentMessages.deliver(message, listener);
        }

        @Override
        public void onError(Throwable error) {
            note(error);
            listener.onLost();
        }

        @Override
        public void onCompleted() {
            listener.onLost();
        }
    }

    /** Breaks off what runs, without waiting for its end. */
    void giveUp() {
        channel.shutdownNow();
    }

    @Override
    public void close() {
        try {
            channel.shutdownNow().awaitTermination(GrpcNodeLinks.CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
