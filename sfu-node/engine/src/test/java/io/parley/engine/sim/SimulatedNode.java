// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.home.Trails;
import io.parley.engine.message.AgentPort;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.seat.Answer;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.SeatJoin;
import io.parley.engine.seat.SeatLimits;
import io.parley.engine.seat.SignalSink;
import io.parley.engine.shard.PeerFactory;
import io.parley.engine.shard.RoomDefaults;
import io.parley.engine.shard.Shard;
import io.parley.engine.shard.ShardSettings;
import io.parley.engine.signal.SignalInput;
import io.parley.engine.track.MediaPacket;
import io.parley.rtc.buf.Outbox;
import io.parley.rtc.buf.Path;
import io.parley.rtc.crypto.JdkCiphers;
import io.parley.rtc.dtls.DtlsCertificate;
import io.parley.rtc.ice.IceSettings;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.testkit.NonceGuard;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.ScriptedHandshake;
import io.parley.testkit.SimulatedNetwork;
import io.parley.testkit.Simulation;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.Codec;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.ServerInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.SignalRequest;
import org.jspecify.annotations.Nullable;

/** Shards of one process in virtual time, with the invariants of every simulation around them. */
final class SimulatedNode {
    private static final int BASE_PORT = 7882;

    /** A message between shards waits for the target's loop: far longer than it takes to make the next. */
    private static final int MAX_CROSSING_US = 3_000;

    /** The ufrag, that of before a restart, and the paths of one agent. */
    private static final int MAX_ROUTES_PER_SEAT = 2 * (2 + IceSettings.DEFAULT.maxPaths());

    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 0);

    final Simulation simulation;
    final SimulatedNetwork network;
    final FailingCiphers failing = new FailingCiphers(new JdkCiphers());
    final NonceGuard ciphers = new NonceGuard(failing);
    final NonceGuard clientCiphers = new NonceGuard(new JdkCiphers());
    final List<Shard> shards = new ArrayList<>();
    final Map<RoomName, RoomView> views = new HashMap<>();

    /** What happened in all rooms, in order. */
    final List<RoomEvent> events = new ArrayList<>();

    static final long ROOM_EPOCH = 7;

    private final List<Long> scheduledNs = new ArrayList<>();
    private final Arrangement arrangement;

    /** Signal protocol of participants that join from now on. */
    int protocol = 16;

    /** What participants that join from now on say of themselves, beside their protocol. */
    ClientInfo client = ClientInfo.getDefaultInstance();

    /** What participants that join from now on may do. */
    ParticipantPermission permission = ParticipantPermission.newBuilder()
            .setCanPublish(true)
            .setCanSubscribe(true)
            .setCanPublishData(true)
            .setCanUpdateMetadata(true)
            .build();

    private final List<Codec> enabledCodecs;
    private final SeatLimits limits;

    /** What they are. */
    ParticipantInfo.Kind kind = ParticipantInfo.Kind.STANDARD;

    /** What a room is made with by those who join from now on. */
    CreateRoomRequest creation = CreateRoomRequest.getDefaultInstance();

    /** What a room goes on with that those open who join from now on. */
    @Nullable
    RoomRecord inherited;

    /** Who hears of agents' jobs. */
    AgentPort agents = AgentPort.NONE;

    /** Whether participants that join from now on get every track without asking. */
    boolean autoSubscribe = true;

    /** Whether participants that join from now on need a full ICE agent on our side. */
    boolean fullIce;

    /** Whether what seats throw is collected instead of failing the simulation. */
    boolean expectsBugs;

    final List<Throwable> bugs = new ArrayList<>();

    /** The next change of this room throws in its home. */
    @Nullable
    RoomName failsToPublish;

    /** This room throws when its home says that it is over. */
    @Nullable
    RoomName failsToWithdraw;

    boolean failsToOpenPeers;

    /** Peer connections so far. */
    int openedPeers;

    private record Loss(int from, int to) {}

    /** Whether queues between shards are full: messages get lost until {@link #tellOfLosses}. */
    boolean losesMessages;

    private final Set<Loss> losses = new LinkedHashSet<>();

    /** Which sources of lossy messages are ahead of the shards that they go to. */
    Predicate<Object> isAhead = source -> false;

    /** Of rooms whose home is not on the first shard. */
    final Map<RoomName, Integer> homeShards = new HashMap<>();

    private int nextSeat;
    private int nextClient;

    SimulatedNode(Simulation simulation, SimulatedNetwork.Link link, Arrangement arrangement) {
        this(simulation, link, arrangement, List.of(), SeatLimits.DEFAULTS);
    }

    /** @param enabledCodecs of its rooms; none for LiveKit's */
    SimulatedNode(
            Simulation simulation,
            SimulatedNetwork.Link link,
            Arrangement arrangement,
            List<Codec> enabledCodecs,
            SeatLimits limits) {
        this.limits = limits;
        this.enabledCodecs = enabledCodecs;
        this.simulation = simulation;
        this.network = new SimulatedNetwork(simulation, link);
        this.arrangement = arrangement;
        for (int i = 0; i < (arrangement.isScattered ? 4 : 1); i++) {
            addShard(i);
        }
        simulation.invariant(this::check);
    }

    private void addShard(int index) {
        InetSocketAddress address = new InetSocketAddress("192.0.2.1", BASE_PORT + index);
        Outbox outbox = new Outbox(64, new Outbox.Sink() {
            @Override
            public void onDatagram(Path path, byte[] buf, int off, int len) {
                network.send(address, path.remote(), buf, off, len);
            }

            @Override
            public void onFlush() {
                // the network took each datagram
            }
        });
        Candidate candidate = Candidate.udpHost("1", "192.0.2.1", BASE_PORT + index, 65535);
        Shard shard = new Shard(
                new ShardSettings(
                        index,
                        List.of(candidate),
                        ServerInfo.getDefaultInstance(),
                        new RoomDefaults(300, 20, 0, enabledCodecs, Playout.NONE, IdentityPolicy.REPLACE),
                        limits),
                new Port(index),
                new PeerFactory(
                        IceSettings.DEFAULT,
                        ScriptedHandshake.factory(simulation),
                        this::certificate,
                        ciphers,
                        outbox,
                        simulation.choices()),
                simulation.choices(),
                () -> simulation.nowNs() / 1_000_000,
                sid -> simulation.after(0, () -> command(index, s -> s.onWakeUp(simulation.nowNs(), sid))),
                this::onBug);
        shards.add(shard);
        scheduledNs.add(Long.MAX_VALUE);
        network.attach(
                address,
                (from, buf, off, len) -> command(index, s -> s.onDatagram(simulation.nowNs(), 0, from, buf, off, len)));
    }

    private DtlsCertificate certificate() {
        if (failsToOpenPeers) {
            throw new IllegalStateException("a bug");
        }
        openedPeers++;
        return CERTIFICATE;
    }

    private void onBug(Throwable bug) {
        if (!expectsBugs) {
            throw new AssertionError("a seat failed", bug);
        }
        bugs.add(bug);
    }

    /** The queues are no longer full, and each shard learns from whom it did not get everything. */
    void tellOfLosses() {
        losesMessages = false;
        losses.forEach(loss -> command(loss.to, s -> s.onMessagesLost(simulation.nowNs(), loss.from)));
        losses.clear();
    }

    /** What a call of the server API came to; neither while that is open. */
    static final class Called implements CallResult {
        @Nullable
        Message answer;

        @Nullable
        ApiError refusal;

        @Override
        public void answer(Message response) {
            answer = response;
        }

        @Override
        public void refuse(ApiError why) {
            refusal = why;
        }
    }

    Called call(RoomName room, Message request) {
        Called called = new Called();
        command(homeShard(room), shard -> {
            try {
                shard.call(simulation.nowNs(), room, ROOM_EPOCH, null, request, called);
            } catch (ApiError refusal) {
                called.refuse(refusal);
            }
        });
        return called;
    }

    /** Of a method that concerns two rooms. */
    Called transfer(RoomName room, Message request, Destination destination) {
        Called called = new Called();
        command(homeShard(room), shard -> {
            try {
                shard.transfer(simulation.nowNs(), room, ROOM_EPOCH, request, destination, called);
            } catch (ApiError refusal) {
                called.refuse(refusal);
            }
        });
        return called;
    }

    Destination.Here here(RoomName room) {
        return new Destination.Here(new HomeRef(room, homeShard(room)), ROOM_EPOCH, null);
    }

    /** The first shard, but for rooms that have another. */
    private int homeShard(RoomName room) {
        return homeShards.getOrDefault(room, 0);
    }

    /** What the room API does, on the shard of the rooms' homes. */
    void onHome(Consumer<Shard> action) {
        command(0, action::accept);
    }

    private interface Command {
        void run(Shard shard);
    }

    /** One input and the drain after it, as a loop does. */
    private void command(int index, Command command) {
        command(index, command, false);
    }

    private void command(int index, Command command, boolean isDeadline) {
        Shard shard = shards.get(index);
        command.run(shard);
        shard.drain();
        long deadlineNs = shard.nextDeadlineNs();
        if (isDeadline && deadlineNs <= simulation.nowNs()) {
            throw new AssertionError("shard " + index + " left a deadline of the past undone");
        }
        if (deadlineNs < scheduledNs.get(index)) {
            scheduledNs.set(index, deadlineNs);
            simulation.at(deadlineNs, () -> {
                scheduledNs.set(index, Long.MAX_VALUE);
                command(index, s -> s.onDeadline(simulation.nowNs()), true);
            });
        }
    }

    /** What holds after every step. Key reuse is the guards' business: they throw when it happens. */
    private void check() {
        for (int i = 0; i < shards.size(); i++) {
            Shard shard = shards.get(i);
            if (shard.routeCount() > shard.seatCount() * MAX_ROUTES_PER_SEAT) {
                throw new AssertionError("shard " + i + " holds routes of seats that are gone");
            }
            long deadlineNs = shards.get(i).nextDeadlineNs();
            if (deadlineNs != Long.MAX_VALUE && deadlineNs < scheduledNs.get(i)) {
                throw new AssertionError("shard " + i + " has a deadline that its loop does not know");
            }
        }
    }

    /** A participant with its media, not yet joined. */
    SimulatedParticipant participant(String identity) {
        ScriptedClient media = client();
        return new SimulatedParticipant(this, identity, media, arrangement.isSingle ? media : client());
    }

    private ScriptedClient client() {
        InetSocketAddress address = new InetSocketAddress("198.51.100." + ++nextClient, 5000);
        return new ScriptedClient(simulation, network, address, clientCiphers);
    }

    ParticipantSid join(String room, SimulatedParticipant participant, List<AddTrackRequest> tracks, Offer offer) {
        ParticipantSid sid = ParticipantSid.random(simulation.choices());
        participant.seat = sid;
        int seatShard = arrangement.isScattered ? 1 + nextSeat++ % (shards.size() - 1) : 0;
        ParticipantInfo info = ParticipantInfo.newBuilder()
                .setSid(sid.value())
                .setIdentity(participant.identity)
                .setPermission(permission)
                .setKind(kind)
                .build();
        SeatJoin join = new SeatJoin(
                new RoomName(room),
                info,
                participant.returning,
                client.toBuilder().setProtocol(protocol).build(),
                ROOM_EPOCH,
                homeShard(new RoomName(room)),
                arrangement.isSingle,
                autoSubscribe,
                false,
                fullIce,
                tracks,
                offer,
                creation,
                inherited);
        participant.seatShard = seatShard;
        simulation.after(1, () -> command(seatShard, s -> s.openSeat(simulation.nowNs(), join, participant.stream())));
        return sid;
    }

    void request(SimulatedParticipant participant, SignalRequest request) {
        deliver(participant, new SignalInput.Request(request));
    }

    void answer(SimulatedParticipant participant, SessionDescription answer, int id) {
        deliver(participant, new SignalInput.AnswerMade(new Answer(answer, id)));
    }

    void offer(SimulatedParticipant participant, SessionDescription offer, int id) {
        deliver(participant, new SignalInput.OfferMade(new Offer(offer, id)));
    }

    void closeSignal(SimulatedParticipant participant) {
        closeSignal(participant, participant.stream());
    }

    void closeSignal(SimulatedParticipant participant, SignalSink stream) {
        deliver(participant, new SignalInput.Closed(stream));
    }

    /** The client comes back with a new stream: its home says where its seat is. */
    void resume(String room, SimulatedParticipant participant) {
        simulation.after(
                1,
                () -> command(homeShard(new RoomName(room)), home -> {
                    SeatRef seat = home.findSeat(new RoomName(room), participant.identity, participant.sid.value());
                    participant.resumed = seat != null;
                    if (seat != null) {
                        command(seat.shard(), s -> s.resumeSeat(seat.sid(), new RoomName(room), participant.stream()));
                    }
                }));
    }

    /** What the front door asks for who joins afresh. */
    Trails.@Nullable Trail findTrail(RoomName room, String identity, String sid) {
        return shards.get(homeShard(room)).findTrail(room, identity, sid);
    }

    private void deliver(SimulatedParticipant participant, SignalInput input) {
        simulation.after(
                1, () -> command(participant.seatShard, s -> s.onSignal(simulation.nowNs(), participant.seat, input)));
    }

    /** Seats, homes, tracks, routes and native ciphers that are still held. */
    int leftOvers() {
        int held = ciphers.openCiphers();
        for (Shard shard : shards) {
            held += shard.seatCount() + shard.homeCount() + shard.trackCount() + shard.routeCount();
        }
        return held;
    }

    private final class Port implements ShardPort {
        private final int index;
        private final Crossing messages = new Crossing();
        private final Crossing packets = new Crossing();

        Port(int index) {
            this.index = index;
        }

        @Override
        public void publish(RoomName room, RoomView view) {
            if (room.equals(failsToPublish)) {
                failsToPublish = null;
                throw new IllegalStateException("a bug");
            }
            views.put(room, view);
        }

        @Override
        public AgentPort agents() {
            return agents;
        }

        @Override
        public void emit(RoomEvent event) {
            events.add(event);
        }

        @Override
        public void withdraw(RoomName room, long epoch) {
            if (room.equals(failsToWithdraw)) {
                throw new IllegalStateException("a bug");
            }
            if (epoch != ROOM_EPOCH) {
                throw new AssertionError("room withdrawn under claim " + epoch);
            }
            views.remove(room);
        }

        @Override
        public void send(int shard, ShardMessage message) {
            if (losesMessages) {
                losses.add(new Loss(index, shard));
            } else {
                messages.deliver(shard, s -> s.onMessage(simulation.nowNs(), message));
            }
        }

        @Override
        public boolean sendLossy(int shard, Object source, int sizeBytes, ShardMessage message) {
            messages.deliver(shard, s -> s.onMessage(simulation.nowNs(), message));
            return !isAhead.test(source);
        }

        @Override
        public void relay(int shard, int handle, MediaPacket packet) {
            MediaPacket copy = new MediaPacket();
            copy.layer = packet.layer;
            copy.extSeq = packet.extSeq;
            copy.extTs = packet.extTs;
            copy.hasMarker = packet.hasMarker;
            copy.buf = Arrays.copyOfRange(packet.buf, packet.off, packet.off + packet.len);
            copy.len = packet.len;
            packets.deliver(shard, s -> s.onRelayPacket(simulation.nowNs(), handle, copy));
        }
    }

    /** What one shard sends the others: each takes its time, in order for each pair. */
    private final class Crossing {
        private final Map<Integer, Long> arrivesNs = new HashMap<>();

        void deliver(int shard, Command command) {
            long delayNs = simulation.choices().between(0, MAX_CROSSING_US) * 1_000L;
            long atNs = Math.max(simulation.nowNs() + delayNs, arrivesNs.getOrDefault(shard, 0L));
            arrivesNs.put(shard, atNs);
            simulation.at(atNs, () -> command(shard, command));
        }
    }
}
