// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import com.google.protobuf.Message;
import com.sun.management.OperatingSystemMXBean;
import io.parley.api.agent.JobReport;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.api.signal.ClientPlatform;
import io.parley.api.signal.Leaves;
import io.parley.api.signal.ServerVersion;
import io.parley.api.signal.SignalDialect;
import io.parley.cluster.Directory;
import io.parley.cluster.EventLog;
import io.parley.cluster.MovedParticipant;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.SessionStart;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.SeatDump;
import io.parley.engine.seat.SeatJoin;
import io.parley.engine.shard.EngineCounter;
import io.parley.engine.shard.EngineCounters;
import io.parley.engine.shard.Shard;
import io.parley.engine.signal.SignalInput;
import io.parley.net.MediaLoop;
import io.parley.net.UdpEdge;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.dtls.WarmUp;
import io.parley.rtc.peer.PeerCounter;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ServerInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.ForwardParticipantRequest;
import livekit.LivekitRoom.MoveParticipantRequest;
import livekit.LivekitRtc.JoinRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One media node: its shards, and the signal streams that end here. */
public final class SfuNode implements NodeLink, AutoCloseable {
    private static final int COMMAND_TIMEOUT_S = 5;
    private static final int SHARD_TIMEOUT_S = 1;

    /**
     * So far behind, for longer than a pause of the garbage collector or of the host, a shard has more to do than it can, and
     * whoever joins makes it worse. Those who resume are in a call that goes on.
     */
    static final long MAX_LAG_NS = TimeUnit.SECONDS.toNanos(2);

    private static final List<PeerCounter> TRANSFERRED =
            List.of(PeerCounter.BYTES_IN, PeerCounter.BYTES_OUT, PeerCounter.RTX_BYTES_IN, PeerCounter.RTX_BYTES_OUT);
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final Logger log = LoggerFactory.getLogger(SfuNode.class);

    private final NodeSettings settings;
    private final RandomGenerator random = new SecureRandom();
    private final NodeId id = NodeId.random(random);
    private final long epoch = System.currentTimeMillis();
    private final CertificatePool certificates = new CertificatePool();
    private final List<ShardLoop> shards = new ArrayList<>();
    private final ExecutorService encoders = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("signal-", 0).factory());
    private final Destinations destinations;
    private final RoomRegistrar rooms;
    private final EventAppender appender;
    private final RoomEvents events;
    private final AgentJobs agents = new AgentJobs(this::onJob, random);
    private final RecentCalls recentCalls = new RecentCalls();
    private final TransferRate transferRate = new TransferRate(System.nanoTime());
    private final Drain drain = new Drain(new HostedRooms());
    private volatile Runnable onNews = () -> {};
    private final AtomicInteger nextSeatShard = new AtomicInteger();

    /**
     * @param directory learns of the rooms that are hosted here
     * @param eventLog learns of what happens in them
     */
    public SfuNode(NodeSettings settings, Directory directory, EventLog eventLog) {
        this.settings = settings;
        this.destinations = new Destinations(id, directory, this::homeShard);
        this.appender = new EventAppender(eventLog, random);
        this.events = new RoomEvents(new RoomEventLog(id).andThen(appender));
        this.rooms = new RoomRegistrar(id, directory, encoders, this::loseRoom);
    }

    @Override
    public NodeId id() {
        return id;
    }

    /**
     * Binds every shard's sockets.
     *
     * @throws IllegalArgumentException naming the address that is taken and the setting; the node is closed then
     */
    public void start() {
        try {
            startShards();
        } catch (RuntimeException e) {
            close(); // a loop that was left running would keep the process alive for ever
            throw e;
        }
        warnOfSmallBuffers();
        Thread.ofVirtual().name("warm-up").start(SfuNode::warmUp);
        log.atInfo()
                .addKeyValue("node", id)
                .addKeyValue("shards", shards.size())
                .addKeyValue("cipher", Ciphers.best().description())
                .log("media node started");
    }

    private void startShards() {
        ServerInfo server = ServerVersion.info(id.value(), settings.region());
        for (int i = 0; i < settings.shards(); i++) {
            shards.add(new ShardLoop(i, settings.shards()));
        }
        for (ShardLoop shard : shards) {
            shard.start(settings, server, certificates, rooms, events, agents, List.copyOf(shards));
        }
    }

    private void warnOfSmallBuffers() {
        int grantedBytes =
                shards.stream().mapToInt(ShardLoop::socketBufferBytes).min().orElseThrow();
        if (grantedBytes < UdpEdge.SOCKET_BUFFER_BYTES) {
            log.atWarn()
                    .addKeyValue("bytes", grantedBytes)
                    .addKeyValue("wanted", UdpEdge.SOCKET_BUFFER_BYTES)
                    .log(
                            "the system grants small UDP buffers, which lose packets in bursts: sysctl -w"
                                    + " net.core.rmem_max={} net.core.wmem_max={}",
                            UdpEdge.SOCKET_BUFFER_BYTES,
                            UdpEdge.SOCKET_BUFFER_BYTES);
        }
    }

    private static void warmUp() {
        try {
            WarmUp.run(System.currentTimeMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** UDP ports in use, by shard. */
    public List<Integer> udpPorts() {
        return shards.stream().map(ShardLoop::udpPort).toList();
    }

    /** What the directory is told of this node. */
    public NodeRecord record(String linkAddress) {
        return new NodeRecord(
                id,
                epoch,
                linkAddress,
                settings.region(),
                Runtime.getRuntime().availableProcessors(),
                load(),
                isDraining());
    }

    /** For {@link NodeMetrics}. */
    List<ShardLoop> shards() {
        return shards;
    }

    /** For {@link NodeMetrics}. */
    EventAppender appender() {
        return appender;
    }

    /** For {@link NodeMetrics}. */
    RoomEvents events() {
        return events;
    }

    /** A room as it is now, or null. */
    @Nullable
    RoomView room(RoomName name) {
        return rooms.view(name);
    }

    int roomCount() {
        return rooms.views().size();
    }

    int participantCount() {
        return rooms.views().stream()
                .mapToInt(room -> room.participants().size())
                .sum();
    }

    /** Of agents, not over. */
    int jobCount() {
        return agents.count();
    }

    /** Published ones. */
    Stream<TrackInfo> tracks() {
        return rooms.views().stream()
                .flatMap(room -> room.participants().stream())
                .flatMap(participant -> participant.getTracksList().stream());
    }

    private NodeLoad load() {
        double cpu = Math.clamp(SYSTEM.getCpuLoad(), 0, 1);
        int participants = participantCount();
        int most = settings.limits().participants();
        transferRate.measure(System.nanoTime(), sum(SfuNode::transferredBytes));
        boolean isFull = most > 0 && participants >= most || excess() != null;
        return new NodeLoad(
                cpu,
                Math.max(0, SYSTEM.getSystemLoadAverage()),
                roomCount(),
                participants,
                (int) tracks().count(),
                transferRate.bytesPerSec(),
                isFull);
    }

    private long sum(ToLongFunction<Shard> number) {
        return shards.stream()
                .map(ShardLoop::shard)
                .filter(Objects::nonNull)
                .mapToLong(number)
                .sum();
    }

    private static long transferredBytes(Shard shard) {
        return TRANSFERRED.stream().mapToLong(shard.peerCounters()::get).sum();
    }

    private static long sentTracks(Shard shard) {
        EngineCounters counters = shard.counters();
        return counters.get(EngineCounter.SUBSCRIPTIONS_STARTED) - counters.get(EngineCounter.SUBSCRIPTIONS_ENDED);
    }

    private @Nullable String excess() {
        return settings.limits().excess(tracks().count() + sum(SfuNode::sentTracks), transferRate.bytesPerSec());
    }

    /** Runs, at once and perhaps on a loop, whenever the number of rooms changes, or the node drains. */
    void onNews(Runnable listener) {
        onNews = listener;
        rooms.onCount(listener);
    }

    // ---- draining ----

    private final class HostedRooms implements Drain.Rooms {
        @Override
        public int count() {
            return roomCount();
        }

        @Override
        public void handOver() {
            rooms.names().forEach(SfuNode.this::handOver);
        }

        @Override
        public void onChange() {
            onNews.run();
        }
    }

    private void handOver(RoomName room) {
        rooms.handOver(room).thenAccept(roomEpoch -> {
            if (roomEpoch != null) {
                shards.get(homeShard(room)).tryExecute((nowNs, shard) -> shard.loseRoom(room, roomEpoch));
            }
        });
    }

    boolean isDraining() {
        return drain.isUnderWay();
    }

    @Override
    public CompletionStage<Void> drain(Duration deadline) {
        drain.begin(deadline);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> undrain() {
        drain.end();
        return CompletableFuture.completedFuture(null);
    }

    /** Whether the last room was gone in time. */
    boolean awaitEmpty(Duration timeout) throws InterruptedException {
        return drain.awaitEmpty(timeout);
    }

    /** Tells the directory of rooms that it could not be told of. @param all because it may know of none */
    void enterRooms(boolean all) {
        if (all) {
            rooms.putAll();
        }
        rooms.retry();
    }

    private void loseRoom(RoomName room, long roomEpoch) {
        log.atWarn().addKeyValue("room", room).log("another node has the room: its participants join there");
        shards.get(homeShard(room)).tryExecute((nowNs, shard) -> shard.loseRoom(room, roomEpoch));
    }

    // ---- signal streams ----

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public CompletionStage<Void> ping() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Requests open(SessionStart start, Listener listener) {
        requireOwn(start.claim());
        String excess = start.request().getReconnect() ? null : excess();
        if (excess != null) {
            throw new ApiError(ErrorCode.UNAVAILABLE, "the room's node takes no more " + excess, ApiError.Fault.US);
        }
        return start.request().getReconnect() ? resume(start, listener) : join(start, listener);
    }

    private Requests join(SessionStart start, Listener listener) {
        int homeShard = homeShard(start.claim().room());
        ParticipantSid sid = ParticipantSid.random(random);
        ShardLoop shard = shards.get(seatShard(homeShard));
        boolean holdsAnswer = start.client().getSdk() == ClientInfo.SDK.GO;
        SignalOutbox outbox = new SignalOutbox(listener, encoders, holdsAnswer);
        SeatJoin join = seatJoin(start, sid, homeShard);
        SignalInbox inbox = new SignalInbox(outbox);
        inbox.bind(sid, shard);
        long askedAtNs = MediaLoop.nowNs();
        boolean queued = shard.tryExecute((nowNs, target) -> {
            if (nowNs - askedAtNs > MAX_LAG_NS) {
                outbox.refuse(overloaded());
            } else {
                target.openSeat(nowNs, join, outbox);
            }
        });
        if (!queued) {
            throw overloaded();
        }
        return inbox;
    }

    /** The room's home knows where the seat is. */
    private Requests resume(SessionStart start, Listener listener) {
        SignalOutbox outbox = new SignalOutbox(listener, encoders, false);
        SignalInbox inbox = new SignalInbox(outbox);
        RoomName room = start.claim().room();
        String identity = start.participant().getIdentity();
        String known = start.request().getParticipantSid();
        command(room, (nowNs, shard) -> Optional.ofNullable(shard.findSeat(room, identity, known)))
                .whenComplete((found, error) -> {
                    SeatRef seat = error == null ? found.orElse(null) : null;
                    if (seat == null) {
                        refuseResume(start, outbox);
                        return;
                    }
                    ShardLoop shard = shards.get(seat.shard());
                    inbox.bind(seat.sid(), shard);
                    boolean queued = shard.tryExecute((nowNs, target) -> {
                        if (!target.resumeSeat(seat.sid(), room, outbox)) {
                            refuseResume(start, outbox);
                        }
                    });
                    if (!queued) {
                        outbox.refuse(overloaded());
                    }
                });
        return inbox;
    }

    /** A room opened here under another node's claim would never be let into the directory. */
    private void requireOwn(RoomClaim claim) {
        if (!claim.node().equals(id) || rooms.isHandedOver(claim.room(), claim.epoch())) {
            throw new ApiError(ErrorCode.UNAVAILABLE, "the room is on another node", ApiError.Fault.US);
        }
    }

    private static void refuseResume(SessionStart start, SignalOutbox outbox) {
        SignalDialect.of(start.client()).say(Leaves.rejoin(), outbox::send);
        outbox.close();
    }

    // ---- rooms ----

    @Override
    public <Q extends Message, R extends Message> CompletionStage<R> call(
            RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request, String requestId) {
        requireOwn(claim);
        return requestId.isEmpty()
                ? call(claim, inherited, method, request)
                : recentCalls.once(claim.room(), method, requestId, () -> call(claim, inherited, method, request));
    }

    private <Q extends Message, R extends Message> CompletableFuture<R> call(
            RoomClaim claim, @Nullable RoomRecord inherited, RoomMethod<Q, R> method, Q request) {
        RoomName room = claim.room();
        return switch (request) {
            case MoveParticipantRequest move ->
                transfer(claim, method, request, move.getIdentity(), move.getDestinationRoom(), destinations::find);
            case ForwardParticipantRequest forward ->
                transfer(
                        claim,
                        method,
                        request,
                        forward.getIdentity(),
                        forward.getDestinationRoom(),
                        destinations::findHere);
            default ->
                atHome(
                        room,
                        method,
                        request,
                        (nowNs, shard, told) -> shard.call(nowNs, room, claim.epoch(), inherited, request, told));
        };
    }

    /** Of a participant that is there, between two rooms. */
    private <Q extends Message, R extends Message> CompletableFuture<R> transfer(
            RoomClaim claim,
            RoomMethod<Q, R> method,
            Q request,
            String identity,
            String destination,
            Function<RoomName, CompletionStage<Destination>> finder) {
        RoomName room = claim.room();
        RoomName to = new RoomName(destination);
        return participant(room, identity)
                .thenCompose(there -> finder.apply(to))
                .thenCompose(found -> {
                    if (found instanceof Destination.Here here) {
                        requireOwn(new RoomClaim(to, id, here.epoch())); // and not on its way to another node
                    }
                    return atHome(
                            room,
                            method,
                            request,
                            (nowNs, shard, told) -> shard.transfer(nowNs, room, claim.epoch(), request, found, told));
                })
                .thenCompose(done -> rooms.written(to).thenApply(written -> done))
                .toCompletableFuture();
    }

    /** A call on the shard of a room's home. */
    private interface HomeCall {
        /** @throws ApiError if it is refused at once */
        void run(long nowNs, Shard shard, CallResult told);
    }

    private <Q extends Message, R extends Message> CompletableFuture<R> atHome(
            RoomName room, RoomMethod<Q, R> method, Q request, HomeCall call) {
        CompletableFuture<R> result = new CompletableFuture<>();
        CallResult told = new CallResult() {
            // Whoever waits does not go on here, on the loop.
            @Override
            public void answer(Message response) {
                encoders.execute(() -> result.complete(method.cast(response)));
            }

            @Override
            public void refuse(ApiError why) {
                encoders.execute(() -> result.completeExceptionally(why));
            }
        };
        boolean queued = shards.get(homeShard(room)).tryExecute((nowNs, shard) -> {
            try {
                call.run(nowNs, shard, told);
            } catch (ApiError refusal) {
                told.refuse(refusal);
            } catch (RuntimeException e) {
                encoders.execute(() -> result.completeExceptionally(e));
                throw e;
            }
        });
        if (!queued) {
            return CompletableFuture.failedFuture(overloaded());
        }
        result.orTimeout(method.timeout().apply(request).toMillis(), TimeUnit.MILLISECONDS);
        return method.isListed()
                ? result.thenCompose(done -> rooms.written(room).thenApply(written -> done))
                : result;
    }

    // ---- agents ----

    @Override
    public Answers openAgents(String roomService, Workers workers) {
        return agents.open(roomService, workers);
    }

    private boolean onJob(RoomName room, JobReport report) {
        return shards.get(homeShard(room)).tryExecute((nowNs, shard) -> shard.onJob(room, report));
    }

    @Override
    public CompletionStage<Boolean> hosts(RoomClaim claim) {
        return CompletableFuture.completedFuture(claim.node().equals(id) && rooms.hosts(claim.room(), claim.epoch()));
    }

    @Override
    public CompletionStage<List<ParticipantInfo>> participants(RoomName room) {
        RoomView view = rooms.view(room);
        return CompletableFuture.completedFuture(view == null ? List.of() : view.participants());
    }

    @Override
    public CompletionStage<ParticipantInfo> participant(RoomName room, String identity) {
        return participants(room)
                .thenApply(participants -> participants.stream()
                        .filter(participant -> participant.getIdentity().equals(identity))
                        .findFirst()
                        .orElseThrow(() -> ApiError.ofCaller(ErrorCode.NOT_FOUND, "participant does not exist")));
    }

    @Override
    public CompletionStage<Optional<MovedParticipant>> findMoved(RoomName room, String identity, String sid) {
        return command(
                room,
                (nowNs, shard) -> Optional.ofNullable(shard.findTrail(room, identity, sid))
                        .map(trail -> new MovedParticipant(trail.to(), trail.sid())));
    }

    /** Something to do on the shard of a room's home, with a result. */
    private interface RoomCommand<T> {
        T run(long nowNs, Shard shard);
    }

    private <T> CompletableFuture<T> command(RoomName room, RoomCommand<T> command) {
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean queued = shards.get(homeShard(room)).tryExecute((nowNs, shard) -> {
            // Whoever waits does not go on here, on the loop.
            try {
                T value = command.run(nowNs, shard);
                encoders.execute(() -> result.complete(value));
            } catch (ApiError refusal) {
                encoders.execute(() -> result.completeExceptionally(refusal));
            } catch (RuntimeException e) {
                encoders.execute(() -> result.completeExceptionally(e));
                throw e;
            }
        });
        return queued
                ? result.orTimeout(COMMAND_TIMEOUT_S, TimeUnit.SECONDS)
                : CompletableFuture.failedFuture(overloaded());
    }

    private static ApiError overloaded() {
        return new ApiError(ErrorCode.UNAVAILABLE, "node is overloaded", ApiError.Fault.US);
    }

    private int homeShard(RoomName room) {
        return Math.floorMod(room.value().hashCode(), shards.size());
    }

    private int seatShard(int homeShard) {
        if (!settings.scatterSeats() || shards.size() == 1) {
            return homeShard;
        }
        int step = 1 + Math.floorMod(nextSeatShard.getAndIncrement(), shards.size() - 1);
        return (homeShard + step) % shards.size();
    }

    private static SeatJoin seatJoin(SessionStart start, ParticipantSid sid, int homeShard) {
        JoinRequest request = start.request();
        return new SeatJoin(
                start.claim().room(),
                participant(start, sid),
                request.getParticipantSid(),
                start.client(),
                start.claim().epoch(),
                homeShard,
                start.singlePeerConnection(),
                request.getConnectionSettings().getAutoSubscribe(),
                request.getConnectionSettings().getAdaptiveStream(),
                needsFullIce(start),
                request.getAddTrackRequestsList(),
                offer(request),
                start.creation(),
                start.inherited());
    }

    /**
     * Firefox nominates aggressively even toward a lite agent, and then both sides send on different pairs. Pion, toward a
     * lite agent, nominates when a timer of 200 ms tells it to; a check of ours makes it do so at once.
     */
    private static boolean needsFullIce(SessionStart start) {
        return ClientPlatform.isFirefox(start.client())
                || start.client().getSdk() == ClientInfo.SDK.GO
                || !SignalDialect.of(start.client()).knowsIceLite()
                || start.request().getConnectionSettings().getDisableIceLite();
    }

    private static @Nullable Offer offer(JoinRequest request) {
        if (!request.hasPublisherOffer()) {
            return null;
        }
        if (SignalInbox.parseOffer(request.getPublisherOffer()) instanceof SignalInput.OfferMade(Offer offer)) {
            return offer;
        }
        throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "publisher offer is no valid SDP");
    }

    private static ParticipantInfo participant(SessionStart start, ParticipantSid sid) {
        long nowMs = System.currentTimeMillis();
        return start.participant().toBuilder()
                .setSid(sid.value())
                .setState(ParticipantInfo.State.JOINING)
                .setJoinedAt(nowMs / 1000)
                .setJoinedAtMs(nowMs)
                .build();
    }

    /** Whether every shard answers. */
    public boolean isServing() {
        try {
            ask(SHARD_TIMEOUT_S, (loop, shard) -> true);
            return true;
        } catch (CompletionException e) {
            return false;
        }
    }

    /** Every seat of every shard. */
    public List<SeatDump> dump() {
        return ask(COMMAND_TIMEOUT_S, (loop, shard) -> shard.dump()).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** Seats, homes and tracks by shard, with the counters of drops. */
    public List<ShardDump> dumpShards() {
        return ask(COMMAND_TIMEOUT_S, ShardLoop::dump);
    }

    /** What every shard answers, in their order. @throws CompletionException if one does not within the time */
    private <T> List<T> ask(int timeoutS, BiFunction<ShardLoop, Shard, T> question) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (ShardLoop loop : shards) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            if (!loop.tryExecute((nowNs, shard) -> answer.complete(question.apply(loop, shard)))) {
                answer.completeExceptionally(overloaded());
            }
            answers.add(answer.orTimeout(timeoutS, TimeUnit.SECONDS));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    /** Where no other node could have them: the rooms end with the process, and their events say so. */
    public void endRooms() {
        try {
            ask(SHARD_TIMEOUT_S, (loop, shard) -> {
                shard.endRooms();
                return true;
            });
        } catch (CompletionException e) {
            log.atWarn().addKeyValue("node", id).log("a shard did not end its rooms in time");
        }
    }

    @Override
    public void close() {
        drain.close();
        shards.forEach(ShardLoop::close);
        certificates.close();
        encoders.close();
        agents.close();
        events.close();
    }
}
