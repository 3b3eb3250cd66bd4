// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.parley.api.agent.JobOffer;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.AgentLink;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.NodeLink;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.cluster.SignalLink;
import io.parley.cluster.v1.AgentDown;
import io.parley.cluster.v1.AgentUp;
import io.parley.cluster.v1.Claim;
import io.parley.cluster.v1.Claims;
import io.parley.cluster.v1.DrainCommand;
import io.parley.cluster.v1.DrainReply;
import io.parley.cluster.v1.FindMovedCommand;
import io.parley.cluster.v1.FindMovedReply;
import io.parley.cluster.v1.GetParticipantCommand;
import io.parley.cluster.v1.GetParticipantReply;
import io.parley.cluster.v1.HostsRoomCommand;
import io.parley.cluster.v1.HostsRoomReply;
import io.parley.cluster.v1.ListParticipantsCommand;
import io.parley.cluster.v1.ListParticipantsReply;
import io.parley.cluster.v1.NodeLinkGrpc;
import io.parley.cluster.v1.PingRequest;
import io.parley.cluster.v1.PingResponse;
import io.parley.cluster.v1.RoomCall;
import io.parley.cluster.v1.RoomReply;
import io.parley.cluster.v1.SignalDown;
import io.parley.cluster.v1.SignalUp;
import io.parley.cluster.wire.RoomRecords;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.RoomMovedResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers a node to the other services. Calls run on virtual threads, those of one stream in order. */
public final class NodeLinkServer implements AutoCloseable {
    /**
     * The largest message at either end. Both hold it whole, once for each client that joins, so it has to end somewhere;
     * the largest is a room's list of participants, whether listed or in a join response: 16 MiB are a thousand of them
     * with 16 kB of metadata, attributes and tracks each. A room beyond that can't be joined, and says so.
     */
    static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final Status TOO_SLOW = Status.RESOURCE_EXHAUSTED.withDescription("too slow");
    private static final Logger log = LoggerFactory.getLogger(NodeLinkServer.class);
    private static final LogThrottle losses = new LogThrottle();

    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("node-link-", 0).factory());
    private final Server server;

    /** @throws IllegalArgumentException if the address is taken; its message names it, and the setting */
    public NodeLinkServer(InetSocketAddress bind, ClusterSecret secret, LinkCredentials credentials, NodeLink node) {
        server = NettyServerBuilder.forAddress(bind, credentials.server())
                .executor(calls)
                .intercept(new Envelope(secret, node.id()))
                .addService(new Service(node))
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(GrpcNodeLinks.KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(GrpcNodeLinks.KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            calls.shutdown();
            String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IllegalArgumentException(
                    "can't bind the node link to " + bind + ": " + why
                            + ". Stop what uses the port, or set parley.node.link-port",
                    e);
        }
    }

    public int port() {
        return server.getPort();
    }

    /** Breaks every stream off: clients resume or join elsewhere. */
    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(GrpcNodeLinks.CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.shutdown(); // after the last call was told
    }

    private static final class Service extends NodeLinkGrpc.NodeLinkImplBase {
        private final NodeLink node;

        Service(NodeLink node) {
            this.node = node;
        }

        @Override
        public StreamObserver<SignalUp> signal(StreamObserver<SignalDown> responses) {
            return new SignalCall(node, (ServerCallStreamObserver<SignalDown>) responses);
        }

        @Override
        public StreamObserver<AgentUp> agents(StreamObserver<AgentDown> offers) {
            return new AgentCall(node, (ServerCallStreamObserver<AgentDown>) offers);
        }

        private static <M extends Message> M fitting(M list) {
            if (list.getSerializedSize() > MAX_MESSAGE_BYTES) {
                throw tooLarge();
            }
            return list;
        }

        @Override
        public void ping(PingRequest request, StreamObserver<PingResponse> responses) {
            reply(responses, node::ping, pong -> PingResponse.getDefaultInstance());
        }

        @Override
        public void drain(DrainCommand command, StreamObserver<DrainReply> responses) {
            reply(
                    responses,
                    () -> command.getIsDraining()
                            ? node.drain(Duration.ofMillis(command.getDeadlineMs()))
                            : node.undrain(),
                    done -> DrainReply.getDefaultInstance());
        }

        @Override
        public void callRoom(RoomCall call, StreamObserver<RoomReply> responses) {
            reply(
                    responses,
                    () -> call(call, RoomMethod.named(call.getMethod())),
                    response -> fitting(RoomReply.newBuilder()
                            .setResponse(response.toByteString())
                            .build()));
        }

        private <Q extends Message> CompletionStage<? extends Message> call(
                RoomCall call, @Nullable RoomMethod<Q, ?> method) {
            if (method == null) {
                throw new ApiError(ErrorCode.INTERNAL, "unknown method " + call.getMethod(), ApiError.Fault.US);
            }
            Q request = parse(method.request(), call.getRequest());
            RoomRecord inherited = call.hasInherited() ? inherited(call.getInherited()) : null;
            return node.call(claim(call.getClaim()), inherited, method, request, call.getRequestId());
        }

        @Override
        public void hostsRoom(HostsRoomCommand command, StreamObserver<HostsRoomReply> responses) {
            reply(
                    responses,
                    () -> node.hosts(claim(command.getClaim())),
                    hosts -> HostsRoomReply.newBuilder().setHosts(hosts).build());
        }

        @Override
        public void listParticipants(ListParticipantsCommand command, StreamObserver<ListParticipantsReply> responses) {
            reply(responses, () -> node.participants(new RoomName(command.getRoom())), participants -> {
                ListParticipantsReply.Builder reply = ListParticipantsReply.newBuilder();
                participants.forEach(participant -> reply.addParticipants(participant.toByteString()));
                return fitting(reply.build());
            });
        }

        @Override
        public void getParticipant(GetParticipantCommand command, StreamObserver<GetParticipantReply> responses) {
            reply(
                    responses,
                    () -> node.participant(new RoomName(command.getRoom()), command.getIdentity()),
                    participant -> GetParticipantReply.newBuilder()
                            .setParticipant(participant.toByteString())
                            .build());
        }

        @Override
        public void findMoved(FindMovedCommand command, StreamObserver<FindMovedReply> responses) {
            reply(
                    responses,
                    () -> node.findMoved(new RoomName(command.getRoom()), command.getIdentity(), command.getSid()),
                    found -> found.map(moved -> FindMovedReply.newBuilder()
                                    .setRoom(moved.room().value())
                                    .setSid(moved.sid())
                                    .build())
                            .orElseGet(FindMovedReply::getDefaultInstance));
        }
    }

    private interface Command<T> {
        CompletionStage<? extends T> run();
    }

    private static <T extends @Nullable Object, R> void reply(
            StreamObserver<R> responses, Command<T> command, Function<T, R> encode) {
        CompletionStage<? extends T> result;
        try {
            result = command.run();
        } catch (RuntimeException e) {
            responses.onError(Statuses.of(e));
            return;
        }
        result.thenApply(encode).whenComplete((value, error) -> {
            if (error != null) {
                responses.onError(Statuses.of(error));
            } else {
                responses.onNext(value);
                responses.onCompleted();
            }
        });
    }

    private static ApiError tooLarge() {
        return new ApiError(
                ErrorCode.RESOURCE_EXHAUSTED,
                "the room's participants, or its agents' jobs, are larger than " + (MAX_MESSAGE_BYTES >> 20)
                        + " MiB together",
                ApiError.Fault.DESTINATION);
    }

    private static RoomClaim claim(Claim claim) {
        return new RoomClaim(new RoomName(claim.getRoom()), new NodeId(claim.getNode()), claim.getEpoch());
    }

    private static RoomRecord inherited(io.parley.cluster.v1.RoomRecord encoded) {
        try {
            return RoomRecords.decode(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw unreadable();
        }
    }

    private static ApiError unreadable() {
        return new ApiError(ErrorCode.INTERNAL, "unreadable command", ApiError.Fault.US);
    }

    static <M extends Message> M parse(M prototype, ByteString bytes) {
        return parse(prototype, bytes.toByteArray());
    }

    @SuppressWarnings("unchecked") // a message's parser makes messages of its type
    static <M extends Message> M parse(M prototype, byte[] bytes) {
        try {
            return (M) prototype.getParserForType().parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw unreadable();
        }
    }

    /** One client's stream at the node's end. */
    private static final class SignalCall implements StreamObserver<SignalUp>, SignalLink.Listener {
        private final NodeLink node;
        private final OutboundFrames<SignalDown> responses;
        private volatile SignalLink.@Nullable Requests requests;

        /** Whether the session began, as far as the client knows. */
        private volatile boolean hasResponded;

        SignalCall(NodeLink node, ServerCallStreamObserver<SignalDown> call) {
            this.node = node;
            this.responses = new OutboundFrames<>(call, TOO_SLOW);
            call.setOnCancelHandler(this::close); // else what is sent to a client that went would throw
        }

        // ---- from the front door ----

        @Override
        public void onNext(SignalUp message) {
            SignalLink.Requests open = requests;
            if (open != null) {
                open.send(message.getRequest().toByteArray());
                return;
            }
            try {
                requests = node.open(start(message), this);
            } catch (RuntimeException e) {
                responses.breakOff(Statuses.of(e));
            }
        }

        private static SessionStart start(SignalUp message) {
            if (!message.hasStart()) {
                throw new ApiError(ErrorCode.INTERNAL, "a stream begins with its start", ApiError.Fault.US);
            }
            io.parley.cluster.v1.SessionStart start = message.getStart();
            return new SessionStart(
                    claim(start.getClaim()),
                    parse(ParticipantInfo.getDefaultInstance(), start.getParticipant()),
                    parse(ClientInfo.getDefaultInstance(), start.getClient()),
                    start.getSinglePeerConnection(),
                    parse(JoinRequest.getDefaultInstance(), start.getRequest()),
                    parse(CreateRoomRequest.getDefaultInstance(), start.getCreation()),
                    start.hasInherited() ? inherited(start.getInherited()) : null);
        }

        @Override
        public void onError(Throwable cancelled) {
            close();
        }

        @Override
        public void onCompleted() {
            close();
            responses.end();
        }

        private void close() {
            SignalLink.Requests open = requests;
            if (open != null) {
                open.close();
            }
        }

        // ---- from the node ----

        @Override
        public void onResponse(byte[] frame) {
            send(SignalDown.newBuilder()
                    .setResponse(UnsafeByteOperations.unsafeWrap(frame))
                    .build());
        }

        @Override
        public void onRoomMoved(RoomMovedResponse moved) {
            send(SignalDown.newBuilder().setRoomMoved(moved.toByteString()).build());
        }

        @Override
        public void onClaims(RoomName room, ParticipantInfo participant) {
            send(SignalDown.newBuilder()
                    .setClaims(Claims.newBuilder().setRoom(room.value()).setParticipant(participant.toByteString()))
                    .build());
        }

        private void send(SignalDown message) {
            int bytes = message.getSerializedSize();
            if (bytes > MAX_MESSAGE_BYTES) {
                onTooLarge(bytes);
                return;
            }
            hasResponded = true;
            if (!responses.send(message)) {
                close();
            }
        }

        /** The receiver's end would break the stream off, and nobody would know why. */
        private void onTooLarge(int bytes) {
            if (losses.tryPass()) {
                log.atWarn()
                        .addKeyValue("bytes", bytes)
                        .log("a room's participants are too large together for the node link: nobody can join it");
            }
            Throwable reason = hasResponded ? Status.RESOURCE_EXHAUSTED.asRuntimeException() : Statuses.of(tooLarge());
            responses.breakOff(reason);
            close();
        }

        @Override
        public void onRefused(ApiError error) {
            responses.breakOff(Statuses.of(error));
        }

        @Override
        public void onClosed() {
            responses.end();
        }

        @Override
        public void onLost() {
            responses.breakOff(Status.UNAVAILABLE.asRuntimeException());
        }
    }

    /** One room-service's stream of jobs at the node's end. */
    private static final class AgentCall implements StreamObserver<AgentUp>, AgentLink.Workers {
        private final NodeLink node;
        private final OutboundFrames<AgentDown> offers;
        private volatile AgentLink.@Nullable Answers answers;

        AgentCall(NodeLink node, ServerCallStreamObserver<AgentDown> call) {
            this.node = node;
            this.offers = new OutboundFrames<>(call, TOO_SLOW);
            call.setOnCancelHandler(this::close);
        }

        @Override
        public void onNext(AgentUp message) {
            AgentLink.Answers open = answers;
            try {
                if (open == null) {
                    answers = node.openAgents(message.getRoomService(), this);
                } else {
                    AgentMessages.deliver(message, open);
                }
            } catch (RuntimeException e) {
                offers.breakOff(Statuses.of(e));
                close();
            }
        }

        @Override
        public void onError(Throwable cancelled) {
            close();
        }

        @Override
        public void onCompleted() {
            close();
            offers.end();
        }

        private void close() {
            AgentLink.Answers open = answers;
            if (open != null) {
                open.close();
            }
        }

        @Override
        public void onOffer(JobOffer offer) {
            send(AgentMessages.offer(offer));
        }

        @Override
        public void onTerminate(String jobId) {
            send(AgentMessages.terminate(jobId));
        }

        private void send(AgentDown message) {
            if (!offers.send(message)) {
                close();
            }
        }

        @Override
        public void onLost() {
            offers.breakOff(Status.UNAVAILABLE.asRuntimeException());
        }
    }
}
