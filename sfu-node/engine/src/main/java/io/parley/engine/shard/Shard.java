// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import com.google.protobuf.Message;
import io.parley.api.agent.JobReport;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.engine.home.Trails;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.seat.Seat;
import io.parley.engine.seat.SeatDump;
import io.parley.engine.seat.SeatHost;
import io.parley.engine.seat.SeatJoin;
import io.parley.engine.seat.SeatLimits;
import io.parley.engine.seat.SeatPeer;
import io.parley.engine.seat.SignalSink;
import io.parley.engine.signal.SignalDispatcher;
import io.parley.engine.signal.SignalInput;
import io.parley.engine.track.ForwardDrops;
import io.parley.engine.track.MediaPacket;
import io.parley.rtc.buf.Path;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.peer.DropReason;
import io.parley.rtc.peer.PeerCounters;
import io.parley.rtc.peer.PeerTransport;
import io.parley.rtc.sdp.Candidate;
import io.parley.rtc.sdp.IceCredentials;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ServerInfo;
import livekit.LivekitRtc.LeaveRequest;
import org.jspecify.annotations.Nullable;

/**
 * Everything of one event loop: its seats, its homes, and the demultiplexer of its sockets. The loop calls the inputs
 * below with one clock reading for each batch, and {@link #drain} after the batch.
 */
public final class Shard implements SeatHost {
    private final ShardSettings settings;
    private final ShardPort port;
    private final PeerFactory peers;
    private final RandomGenerator random;
    private final SeatWakeUp wakeUp;
    private final Bugs bugs;
    private final TrackRegistry tracks;
    private final EngineCounters counters = new EngineCounters();
    private final Demux<SeatPeer> demux =
            new Demux<>((peer, path, nowNs) -> peer.transport().ice().isInUse(path, nowNs));
    private final Map<ParticipantSid, Seat> seats = new HashMap<>();
    private final Homes homes;
    private final DeadlineQueue<Seat> deadlines = new DeadlineQueue<>();

    /** Called from a handshake's thread; the loop answers with {@link #onWakeUp}. */
    public interface SeatWakeUp {
        void wakeUp(ParticipantSid seat);
    }

    /**
     * @param wallMs milliseconds since 1970, read once for each change of a room
     * @param onBug hears of what a seat threw, just before the seat is closed
     */
    public Shard(
            ShardSettings settings,
            ShardPort port,
            PeerFactory peers,
            RandomGenerator random,
            LongSupplier wallMs,
            SeatWakeUp wakeUp,
            Consumer<Throwable> onBug) {
        this.settings = settings;
        this.port = port;
        this.peers = peers;
        this.random = random;
        this.wakeUp = wakeUp;
        this.bugs = new Bugs(onBug);
        this.homes = new Homes(
                settings.index(), settings.rooms(), settings.limits().participant(), port, random, wallMs, bugs);
        this.tracks = new TrackRegistry(settings.index(), port);
    }

    // ---- per packet ----

    /** One datagram from a socket. @param local index of the socket among this shard's candidate addresses */
    public void onDatagram(long nowNs, int local, InetSocketAddress remote, byte[] buf, int off, int len) {
        Demux.Binding<SeatPeer> binding = demux.find(local, remote, buf, off, len);
        if (binding == null) {
            peers.counters().count(DropReason.UNKNOWN_ADDRESS);
            return;
        }
        Seat seat = binding.peer().seat();
        try {
            binding.peer().transport().onDatagram(nowNs, binding.path(), buf, off, len);
        } catch (RuntimeException | Error e) {
            onSeatBug(seat, e);
        }
        reschedule(seat);
    }

    /** One packet from another shard's track. */
    public void onRelayPacket(long nowNs, int handle, MediaPacket packet) {
        tracks.onRelayPacket(nowNs, handle, packet);
    }

    /** Sends what the batch produced. */
    public void drain() {
        peers.flush();
    }

    public long nextDeadlineNs() {
        long ofPeopleNs = Deadline.earlier(deadlines.nextDeadlineNs(), homes.nextDeadlineNs());
        return Deadline.earlier(ofPeopleNs, tracks.host().deadlines().nextDeadlineNs());
    }

    public void onDeadline(long nowNs) {
        for (Seat seat = deadlines.pollDue(nowNs); seat != null; seat = deadlines.pollDue(nowNs)) {
            turn(seat, due -> due.onDeadline(nowNs));
        }
        tracks.onDeadline(nowNs);
        homes.onDeadline(nowNs);
    }

    /** Something happens to a seat; not per packet, since it allocates. */
    private void turn(Seat seat, Consumer<Seat> event) {
        try {
            event.accept(seat);
        } catch (RuntimeException | Error e) {
            onSeatBug(seat, e);
        }
        reschedule(seat);
    }

    /** A bug showed in one seat: it goes, and everybody else stays. */
    @Override
    public void onSeatBug(Seat seat, Throwable bug) {
        bugs.report(seat.sid(), seat::dump, bug);
        try {
            seat.close(DisconnectReason.UNKNOWN_REASON, LeaveRequest.Action.RECONNECT);
        } catch (RuntimeException | Error e) {
            bugs.report(seat.sid(), e); // what broke it breaks its end as well
        }
    }

    private void reschedule(Seat seat) {
        deadlines.update(seat.deadline(), seat.nextDeadlineNs());
    }

    // ---- commands ----

    /** A participant comes in through this shard. */
    public void openSeat(long nowNs, SeatJoin join, SignalSink sink) {
        Seat seat = new Seat(nowNs, join, this, sink);
        seats.put(seat.sid(), seat);
        turn(seat, opened -> opened.start(nowNs));
    }

    /**
     * The seat of a participant whose room has its home here, or that was moved from there; null if there is none.
     *
     * @param identity of its token
     * @param sid of the participant as far as its client knows, or ""
     */
    public @Nullable SeatRef findSeat(RoomName room, String identity, String sid) {
        return homes.findSeat(room, identity, sid);
    }

    /**
     * Where a participant is that was moved from a room whose home is here, or was; null if none was, or that is forgotten.
     *
     * @param identity of its token
     * @param sid that it had in the room
     */
    public Trails.@Nullable Trail findTrail(RoomName room, String identity, String sid) {
        return homes.findTrail(room, identity, sid);
    }

    /**
     * The client of a seat comes back with a new signal stream.
     *
     * @param room that it thinks it is in
     * @return false if the seat is over
     */
    public boolean resumeSeat(ParticipantSid sid, RoomName room, SignalSink sink) {
        Seat seat = seats.get(sid);
        if (seat == null) {
            return false;
        }
        turn(seat, resumed -> resumed.resume(room, sink));
        counters.count(EngineCounter.SESSIONS_RESUMED);
        return true;
    }

    public void onSignal(long nowNs, ParticipantSid sid, SignalInput input) {
        Seat seat = seats.get(sid);
        if (seat != null) {
            turn(seat, target -> SignalDispatcher.dispatch(nowNs, target, input));
        }
    }

    /** The handshake of a seat's peer moved. */
    public void onWakeUp(long nowNs, ParticipantSid sid) {
        Seat seat = seats.get(sid);
        if (seat != null) {
            turn(seat, target -> target.onWakeUp(nowNs));
        }
    }

    public void onMessage(long nowNs, ShardMessage message) {
        switch (message) {
            case ShardMessage.ToHome(RoomName room, SeatRef from, SeatToHome inner) ->
                homes.onMessage(nowNs, room, from, inner);
            case ShardMessage.BetweenHomes between -> homes.onMessage(nowNs, between);
            case ShardMessage.ToSeats(List<ParticipantSid> sids, HomeToSeat inner) ->
                sids.forEach(sid -> {
                    Seat seat = seats.get(sid);
                    if (seat != null) {
                        turn(seat, target -> target.onHomeMessage(nowNs, inner));
                    }
                });
            case ShardMessage.RelayOpen open -> tracks.onRelayOpen(open);
            case ShardMessage.RelayClose close -> tracks.onRelayClose(close);
            case ShardMessage.RelayOpened opened -> tracks.onRelayOpened(nowNs, opened);
            case ShardMessage.Reset reset -> reset(nowNs, reset.shard());
            case ShardMessage.RelayKeyFrame request ->
                tracks.onRelayKeyFrame(nowNs, request.trackSid(), request.layer());
            case ShardMessage.RelayReport report -> tracks.onRelayReport(report);
        }
    }

    /**
     * Something that another shard sent here got lost. Nobody can say what, so whatever spans the two begins anew: seats
     * whose home is there, homes' members whose seats are there, relays.
     */
    public void onMessagesLost(long nowNs, int from) {
        if (from != shard()) {
            port.send(from, new ShardMessage.Reset(shard()));
        }
        reset(nowNs, from);
    }

    private void reset(long nowNs, int other) {
        for (Seat seat : List.copyOf(seats.values())) {
            if (seat.home().shard() == other) {
                turn(seat, lost -> lost.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT));
            }
        }
        homes.reset(nowNs, other);
        tracks.reset(other);
    }

    /** The process ends, and with it its rooms. */
    public void endRooms() {
        homes.closeAll(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.RECONNECT);
    }

    // ---- the room API ----

    /**
     * Runs a call of the server API on a room whose home is here.
     *
     * @param epoch of the node's claim on the room
     * @param inherited what a room goes on with that lost its node, if this opens it
     * @throws ApiError if it is refused at once
     */
    public void call(
            long nowNs, RoomName name, long epoch, @Nullable RoomRecord inherited, Message request, CallResult result) {
        homes.call(nowNs, name, epoch, inherited, request, result);
    }

    /**
     * Moves or forwards a participant of a room whose home is here.
     *
     * @param destination where the room is that the request names
     * @throws ApiError if it is refused at once
     */
    public void transfer(
            long nowNs, RoomName name, long epoch, Message request, Destination destination, CallResult result) {
        homes.transfer(nowNs, name, epoch, request, destination, result);
    }

    /** Another node has the room: who is here joins there. */
    public void loseRoom(RoomName name, long epoch) {
        homes.lose(name, epoch);
    }

    /** What became of an agent's job. */
    public void onJob(RoomName name, JobReport report) {
        homes.onJob(name, report);
    }

    // ---- for people ----

    public List<SeatDump> dump() {
        List<SeatDump> dumps = new ArrayList<>();
        seats.values().forEach(seat -> dumps.add(seat.dump()));
        return dumps;
    }

    /** Any thread may keep and read them. */
    public PeerCounters peerCounters() {
        return peers.counters();
    }

    /** Any thread may keep and read them. */
    public EngineCounters counters() {
        return counters;
    }

    /** Any thread may keep and read them. */
    public ForwardDrops forwardDrops() {
        return tracks.host().drops();
    }

    public int seatCount() {
        return seats.size();
    }

    /** Username fragments and addresses that lead to seats. */
    public int routeCount() {
        return demux.size();
    }

    public int homeCount() {
        return homes.size();
    }

    public int trackCount() {
        return tracks.size();
    }

    // ---- for seats ----

    @Override
    public int shard() {
        return settings.index();
    }

    @Override
    public ShardPort port() {
        return port;
    }

    @Override
    public TrackRegistry tracks() {
        return tracks;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public ServerInfo serverInfo() {
        return settings.serverInfo();
    }

    @Override
    public List<Candidate> candidates() {
        return settings.candidates();
    }

    @Override
    public PeerTransport openPeer(long nowNs, SeatPeer peer) {
        ParticipantSid sid = peer.seat().sid();
        PeerTransport transport = peers.open(nowNs, peer, () -> wakeUp.wakeUp(sid));
        demux.addUfrag(transport.ice().local().ufrag(), peer);
        return transport;
    }

    @Override
    public void addUfrag(SeatPeer peer, IceCredentials credentials) {
        demux.addUfrag(credentials.ufrag(), peer);
    }

    @Override
    public void onPath(long nowNs, SeatPeer peer, Path path, PathClaim claim) {
        demux.claim(nowNs, path, peer, claim);
    }

    @Override
    public void closePeer(SeatPeer peer) {
        demux.remove(peer);
    }

    @Override
    public SeatLimits limits() {
        return settings.limits();
    }

    @Override
    public void onSubscriptionStarted() {
        counters.count(EngineCounter.SUBSCRIPTIONS_STARTED);
    }

    @Override
    public void onSubscriptionEnded() {
        counters.count(EngineCounter.SUBSCRIPTIONS_ENDED);
    }

    @Override
    public void onSeatActive(long afterNs) {
        counters.onActive(afterNs);
    }

    @Override
    public void onSeatClosed(Seat seat) {
        seats.remove(seat.sid());
        deadlines.update(seat.deadline(), Deadline.NEVER);
    }
}
