// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.data.DataPackets;
import io.parley.engine.data.RoomData;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToHome;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.ParticipantBatches;
import io.parley.engine.message.ParticipantView;
import io.parley.engine.message.Passage;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.message.TrackAccess;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.SpeakerInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.RequestResponse;
import org.jspecify.annotations.Nullable;

/**
 * One room's authority: admission, participants, what is published. Talks to seats in messages only, so that a seat may
 * be on any shard. Owned by the home shard.
 */
public final class Home {
    private static final long SECOND_NS = 1_000_000_000L;

    /** In which participants of a room that lost its node find its new home, whatever its departure timeout. */
    private static final long REJOIN_TIME_NS = 30 * SECOND_NS;

    /** LiveKit: roomUpdateInterval, of numbers of participants. */
    private static final long ROOM_UPDATE_NS = 5 * SECOND_NS;
    /** Participants that one token, given to many, brings into a room that numbers them. */
    private static final int MAX_SAME_IDENTITY = 100;

    private final HomeRef ref;
    private final ShardPort port;
    private final ParticipantLimits limits;
    private final ByteString sifTrailer;
    private final LongSupplier wallMs;

    /** Of the node's claim on the room: the highest that came with a request. */
    private long epoch;

    private Room record;
    private Playout playout;

    /** What everybody was told of the room. */
    private Room toldRoom;

    private long tellRoomAtNs = Deadline.NEVER;
    private final UpdateBatch updateBatch = new UpdateBatch();
    private final SimulatedSpeakers speakers = new SimulatedSpeakers();
    private long revision;
    private long eventSequence;
    private final Map<String, Member> byIdentity = new LinkedHashMap<>();
    private final Map<String, Member> bySid = new HashMap<>();

    /** Those with a client, by the sid of their seat: it is the participant's until it is moved. */
    private final Map<ParticipantSid, Member> bySeat = new HashMap<>();

    /** Who publishes a track. */
    private final Map<String, Member> byTrackSid = new HashMap<>();

    private final DeadlineQueue.Entry<Home> deadline = new DeadlineQueue.Entry<>(this);

    private final AgentDispatches agents;
    private final RoomData data = new RoomData();
    private final SpentGates spentGates = new SpentGates();
    private final RpcCalls rpc;
    private final RoomCalls calls;
    private final Inquiries inquiries = new Inquiries();
    private final Moves moves;
    private final Forwards forwards;
    private boolean isDataPaused;

    private final long createdAtNs;
    private boolean hasBeenJoined;

    /** Until then members who lost the room may come back. */
    private long gathersUntilNs;

    /** When the last left that keeps a room open. */
    private long leftAtNs;

    /** When a room that nobody keeps open goes. */
    private long closeAtNs;

    /**
     * A room that begins.
     *
     * @param record the room as created: sid, name, timeouts, limits, metadata
     * @param playout as created, too
     * @param limits on what participants say of themselves
     * @param epoch of the node's claim on the room
     * @param dispatched agents that the room is created with; none means any that wait for no name
     * @param sifTrailer random bytes for the life of the room
     * @param random for the ids of jobs and calls
     * @param wallMs milliseconds since 1970, read for each event
     */
    public Home(
            long nowNs,
            HomeRef ref,
            Room record,
            Playout playout,
            ParticipantLimits limits,
            long epoch,
            List<RoomAgentDispatch> dispatched,
            ByteString sifTrailer,
            ShardPort port,
            RandomGenerator random,
            LongSupplier wallMs) {
        this(nowNs, ref, record, playout, limits, epoch, sifTrailer, port, random, wallMs);
        emit(RoomEvent.RoomStarted::new);
        agents.start(dispatched);
        publish();
    }

    /**
     * A room that lost its node, with the parameters of one that begins. Agents that were wanted in it are wanted here.
     *
     * @param ownPlayout where the record says nothing of it
     */
    public static Home takingOver(
            long nowNs,
            HomeRef ref,
            RoomRecord inherited,
            Playout ownPlayout,
            ParticipantLimits limits,
            long epoch,
            ByteString sifTrailer,
            ShardPort port,
            RandomGenerator random,
            LongSupplier wallMs) {
        Playout kept = inherited.playout();
        Playout playout = kept == null ? ownPlayout : kept;
        Home home = new Home(nowNs, ref, inherited.room(), playout, limits, epoch, sifTrailer, port, random, wallMs);
        if (inherited.wasJoined()) {
            home.hasBeenJoined = true;
            home.gathersUntilNs = nowNs + REJOIN_TIME_NS;
            long departureNs = inherited.room().getDepartureTimeout() * SECOND_NS;
            home.leftAtNs = nowNs + Math.max(0, REJOIN_TIME_NS - departureNs);
            home.updateEnd();
        }
        home.emit(RoomEvent.RoomTakenOver::new);
        home.agents.goOn(inherited.dispatches());
        home.publish();
        return home;
    }

    private Home(
            long nowNs,
            HomeRef ref,
            Room record,
            Playout playout,
            ParticipantLimits limits,
            long epoch,
            ByteString sifTrailer,
            ShardPort port,
            RandomGenerator random,
            LongSupplier wallMs) {
        this.ref = ref;
        this.record = record;
        this.toldRoom = record;
        this.playout = playout;
        this.limits = limits;
        this.epoch = epoch;
        this.sifTrailer = sifTrailer;
        this.port = port;
        this.wallMs = wallMs;
        this.createdAtNs = nowNs;
        this.gathersUntilNs = nowNs;
        updateEnd();
        this.agents = new AgentDispatches(new Occupants(), port.agents(), random, wallMs);
        this.rpc = new RpcCalls(random);
        this.moves = new Moves(this, inquiries, random, wallMs);
        this.forwards = new Forwards(this, inquiries, random);
        this.calls = new RoomCalls(this, rpc, moves, forwards);
    }

    /** The room as its agents' jobs see it. */
    private final class Occupants implements AgentDispatches.Occupants {
        @Override
        public Room room() {
            return Home.this.room();
        }

        @Override
        public List<ParticipantInfo> targets() {
            return byIdentity.values().stream()
                    .filter(Member::mayNeedAgents)
                    .map(member -> member.info)
                    .toList();
        }

        @Override
        public boolean has(String identity) {
            return byIdentity.containsKey(identity);
        }
    }

    /** Agents that are wanted in the room, and their jobs. */
    public AgentDispatches agents() {
        return agents;
    }

    public RoomName name() {
        return ref.room();
    }

    HomeRef ref() {
        return ref;
    }

    public long nextDeadlineNs() {
        long deadlineNs = Deadline.earlier(closeAtNs, Deadline.earlier(agents.nextDeadlineNs(), rpc.nextDeadlineNs()));
        deadlineNs = Deadline.earlier(deadlineNs, Deadline.earlier(tellRoomAtNs, updateBatch.nextDeadlineNs()));
        deadlineNs = Deadline.earlier(deadlineNs, speakers.nextDeadlineNs());
        deadlineNs = Deadline.earlier(deadlineNs, inquiries.nextDeadlineNs());
        if (isDataPaused) {
            for (Member member : byIdentity.values()) {
                deadlineNs = Deadline.earlier(deadlineNs, member.gate.endsAtNs());
            }
        }
        return deadlineNs;
    }

    /** @return whether the room is over: nobody kept it open for long enough */
    public boolean onDeadline(long nowNs) {
        if (Deadline.isDue(closeAtNs, nowNs)) {
            close(DisconnectReason.ROOM_CLOSED, LeaveRequest.Action.DISCONNECT);
            return true;
        }
        for (String identity : agents.pollLeftBehind(nowNs)) {
            Member leftBehind = byIdentity.get(identity);
            if (leftBehind != null) { // else it left by itself
                removeParticipant(nowNs, leftBehind);
            }
        }
        rpc.onDeadline(nowNs);
        inquiries.onDeadline(nowNs);
        updateDataPause(nowNs);
        tellOfBatch(nowNs);
        tellSpeakers(speakers.pollDue(nowNs));
        if (Deadline.isDue(tellRoomAtNs, nowNs)) {
            tellRoom(room());
        }
        return false;
    }

    public DeadlineQueue.Entry<Home> deadline() {
        return deadline;
    }

    public void onMessage(long nowNs, SeatRef from, SeatToHome message) {
        if (message instanceof SeatToHome.Join join) {
            onClaim(join.roomEpoch());
            try {
                join(nowNs, from, join);
            } catch (ApiError refusal) {
                port.send(from.shard(), new ShardMessage.ToSeats(List.of(from.sid()), new HomeToSeat.Refused(refusal)));
            }
            return;
        }
        if (message instanceof SeatToHome.Arrive(Passage passage, TrackAccess access)) {
            onClaim(passage.epoch());
            arrive(nowNs, from, passage, access);
            return;
        }
        Member member = bySeat.get(from.sid());
        if (member == null) {
            return; // replaced by another connection of the same identity, which the seat is about to learn
        }
        switch (message) {
            case SeatToHome.Join join -> throw new IllegalStateException("handled above");
            case SeatToHome.Arrive arrive -> throw new IllegalStateException("handled above");
            case SeatToHome.Resume resume ->
                send(
                        member,
                        new HomeToSeat.Resumed(
                                room(), member.info, others(member), data.lastSequence(member.info.getSid())));
            case SeatToHome.Connected connected -> {
                take(member, member.info.toBuilder().setState(ParticipantInfo.State.ACTIVE));
                announceInTime(nowNs, member);
                emit(stamp -> new RoomEvent.ParticipantActive(stamp, member.info));
            }
            case SeatToHome.Published(TrackInfo track) -> {
                boolean isFirst = !member.info.getIsPublisher();
                byTrackSid.put(track.getSid(), member);
                change(nowNs, member, member.info.toBuilder().addTracks(track).setIsPublisher(true));
                emit(stamp -> new RoomEvent.TrackPublished(stamp, member.info, track));
                if (isFirst && member.mayNeedAgents()) {
                    agents.onPublisher(member.info);
                }
            }
            case SeatToHome.Unpublished(String trackSid) -> onUnpublished(nowNs, member, trackSid);
            case SeatToHome.TrackChanged(TrackInfo track) -> onTrackChanged(nowNs, member, track);
            case SeatToHome.MetadataChanged changed -> onMetadataChanged(nowNs, member, changed);
            case SeatToHome.AccessSet(TrackAccess access) -> {
                member.access = access;
                send(other -> other != member, new HomeToSeat.AccessChanged(member.view()));
                forwards.onChanged(member);
            }
            case SeatToHome.SubscribedTo(List<String> trackSids) -> onSubscribed(trackSids);
            case SeatToHome.SpeakerSimulated(int seconds) ->
                tellSpeakers(speakers.start(nowNs, member.info.getSid(), seconds));
            case SeatToHome.CodecWanted(String trackSid, int codec) -> onCodecWanted(trackSid, codec);
            case SeatToHome.Data(DataPacket packet, boolean isLossy) -> onData(nowNs, member, packet, isLossy);
            case SeatToHome.DataCongestion(boolean isCongested) -> {
                member.gate.onCongestion(nowNs, isCongested);
                updateDataPause(nowNs);
            }
            case SeatToHome.Left(DisconnectReason reason) -> remove(nowNs, member, reason);
        }
    }

    /** @throws ApiError if it may not come in; nothing was changed then */
    private void join(long nowNs, SeatRef from, SeatToHome.Join join) {
        String asked = join.info().getIdentity();
        ParticipantInfo info = join.info().toBuilder()
                .setIdentity(admissible(
                        nowNs,
                        asked,
                        join.returning(),
                        IdentityPolicy.of(join.creation().getTagsMap())))
                .build();
        if (!hasPlaceFor(nowNs, info)) {
            throw ApiError.ofCaller(ErrorCode.INTERNAL, "room has exceeded its max participants");
        }
        admit(nowNs, from, info, asked, join.isMovable());
    }

    /** Somebody comes whose place was asked for. */
    private void arrive(long nowNs, SeatRef from, Passage passage, TrackAccess access) {
        Member member = admit(nowNs, from, passage.info(), passage.askedIdentity(), true);
        member.access = access;
        data.resume(member.info.getSid(), passage.lastSequence());
        tell(passage.from(), new HomeToHome.Answered(passage.inquiry(), null));
    }

    /** Whether one more may come; one of its identity that is there already, or expected, makes its place free. */
    boolean hasPlaceFor(long nowNs, ParticipantInfo info) {
        String identity = info.getIdentity();
        Member before = byIdentity.get(identity);
        int expected = moves.kept(nowNs) - (moves.hasPlace(nowNs, identity) ? 1 : 0);
        long others = keepers() - (before == null || before.isDependent() ? 0 : 1) + expected;
        return record.getMaxParticipants() == 0 || others < record.getMaxParticipants() || Member.isDependent(info);
    }

    /**
     * Somebody comes who can't be given another identity.
     *
     * @param isExpected whether another is about to come with it
     * @throws ApiError ALREADY_EXISTS if somebody has it who stays
     */
    void requireFree(String identity, boolean isExpected) {
        Member there = byIdentity.get(identity);
        boolean isTaken = isExpected || there != null && !there.isForwarded();
        if (isTaken && IdentityPolicy.ofRoom(record) != IdentityPolicy.REPLACE) {
            throw ApiError.ofCaller(
                    ErrorCode.ALREADY_EXISTS, "the destination room has a participant of that identity");
        }
    }

    private Member admit(long nowNs, SeatRef from, ParticipantInfo info, String asked, boolean isMovable) {
        Member before = byIdentity.get(info.getIdentity());
        if (before != null) {
            send(before, new HomeToSeat.Close(DisconnectReason.DUPLICATE_IDENTITY, LeaveRequest.Action.DISCONNECT));
            remove(nowNs, before, DisconnectReason.DUPLICATE_IDENTITY);
        }
        ParticipantInfo joined = info.toBuilder()
                .setState(ParticipantInfo.State.JOINED)
                .setVersion(1)
                .build();
        Member member =
                new Member(nowNs, from, null, isMovable, joined, asked, spentGates.take(nowNs, info.getIdentity()));
        bySeat.put(from.sid(), member);
        enter(nowNs, member, before != null);
        for (DataPacket packet : data.recent(nowNs, info.getIdentity())) {
            if (DataPackets.isFor(packet, member.info)) {
                send(member, new HomeToSeat.Data(packet, packet.toByteArray(), false));
            }
        }
        if (isDataPaused) {
            send(member, new HomeToSeat.DataPaused(true));
        }
        return member;
    }

    /** @param isAgain whether the others hold a connection of before */
    private void enter(long nowNs, Member member, boolean isAgain) {
        byIdentity.put(member.info.getIdentity(), member);
        bySid.put(member.info.getSid(), member);
        moves.onEntered(member.info.getIdentity());
        if (!member.isDependent()) {
            hasBeenJoined = true;
            updateEnd();
        }
        if (!member.isForwarded()) {
            boolean isGathering = !Deadline.isDue(gathersUntilNs, nowNs);
            send(
                    member,
                    new HomeToSeat.Admitted(room(), member.info, others(member), isGathering, playout, sifTrailer));
        }
        if (isAgain) {
            announce(nowNs, member);
        } else {
            announceInTime(nowNs, member);
        }
        emit(stamp -> new RoomEvent.ParticipantJoined(stamp, member.info));
        if (member.mayNeedAgents()) {
            agents.onJoined(member.info);
        }
    }

    /**
     * The identity under which a newcomer comes in; whoever has that one, or is about to come with it, goes.
     *
     * @param returning the sid under which it was here before, or ""
     * @param own its own policy; null for the room's
     * @throws ApiError PERMISSION_DENIED if there is none
     */
    private String admissible(long nowNs, String identity, String returning, @Nullable IdentityPolicy own) {
        Member there = byIdentity.get(identity);
        boolean isFree = there == null
                ? !returning.isEmpty() || !moves.hasPlace(nowNs, identity) // who returns is whose place it is
                : there.info.getSid().equals(returning);
        if (isFree) {
            return identity;
        }
        return switch (own == null ? IdentityPolicy.ofRoom(record) : own) {
            case REPLACE -> identity;
            case REJECT -> throw IdentityPolicy.taken(identity);
            case SUFFIX -> suffixed(nowNs, identity);
        };
    }

    private String suffixed(long nowNs, String identity) {
        for (int number = 2; number <= MAX_SAME_IDENTITY; number++) {
            String candidate = identity + "#" + number;
            if (limits.identity().isExceededBy(candidate)) {
                break;
            }
            if (!byIdentity.containsKey(candidate) && !moves.hasPlace(nowNs, candidate)) {
                return candidate;
            }
        }
        throw IdentityPolicy.taken(identity);
    }

    private List<ParticipantView> others(Member member) {
        List<ParticipantView> others = new ArrayList<>();
        for (Member other : byIdentity.values()) {
            if (other != member && !other.isHidden()) {
                others.add(other.view());
            }
        }
        return others;
    }

    /** On what participants say of themselves. */
    ParticipantLimits limits() {
        return limits;
    }

    @Nullable
    Member member(String identity) {
        return byIdentity.get(identity);
    }

    /** By the sid that the participant has in this room; or null. */
    @Nullable
    Member memberOf(String sid) {
        return bySid.get(sid);
    }

    List<Member> members() {
        return List.copyOf(byIdentity.values());
    }

    /** Number of a member's last reliable data packet, 0 if none came. */
    int lastSequence(Member member) {
        return data.lastSequence(member.info.getSid());
    }

    /**
     * The seat of a participant that is in the room, or null. LiveKit looks at the identity alone, and so a client that lost its signal may come
     * back as whoever replaced it.
     *
     * @param identity of its token
     * @param sid as far as its client knows, or ""; that of its seat is known to SDKs that join with one and never look again
     */
    public @Nullable SeatRef seatOf(String identity, String sid) {
        Member member = sid.isEmpty() ? byIdentity.get(identity) : bySid.get(sid);
        if (member == null && !sid.isEmpty()) {
            member = bySeat.get(new ParticipantSid(sid));
        }
        return member != null && member.isOf(identity) && !member.isForwarded() ? member.seat : null;
    }

    /** Those that were moved from it. */
    public Trails trails() {
        return moves.trails();
    }

    /** A request came under a claim on the room, perhaps a later one than those before. */
    public void onClaim(long claimEpoch) {
        if (claimEpoch > epoch) {
            epoch = claimEpoch;
            publish(); // the directory takes nothing under the one before
        }
    }

    public long epoch() {
        return epoch;
    }

    private void onData(long nowNs, Member sender, DataPacket packet, boolean isLossy) {
        if (!data.accept(nowNs, sender.info.getSid(), sender.info.getIdentity(), packet, isLossy)) {
            return;
        }
        if ((packet.hasRpcAck() || packet.hasRpcResponse()) && rpc.onData(sender.info.getIdentity(), packet)) {
            return;
        }
        boolean isAhead = fanOut(sender.seat.sid(), audience(sender, packet), packet, isLossy);
        if (isAhead && nowNs - sender.slowedUntilNs >= 0) {
            sender.slowedUntilNs = nowNs + HomeToSeat.SlowDown.FOR_NS;
            send(sender, new HomeToSeat.SlowDown());
        }
    }

    /** @param source whose it is @return whether the source is ahead of a shard of the audience */
    private boolean fanOut(Object source, Collection<Member> audience, DataPacket packet, boolean isLossy) {
        byte[] encoded = packet.toByteArray();
        HomeToSeat.Data message = new HomeToSeat.Data(packet, encoded, isLossy);
        boolean isAhead = false;
        for (Map.Entry<Integer, List<ParticipantSid>> seats : byShard(audience).entrySet()) {
            isAhead |= !port.sendLossy(
                    seats.getKey(), source, encoded.length, new ShardMessage.ToSeats(seats.getValue(), message));
        }
        return isAhead;
    }

    /** Whom a packet is for: looked up by name, since a packet may name thousands. */
    @SuppressWarnings("deprecation") // clients still write sids
    private Collection<Member> audience(@Nullable Member sender, DataPacket packet) {
        Set<Member> audience = new LinkedHashSet<>();
        if (DataPackets.isForAll(packet)) {
            audience.addAll(byIdentity.values());
        } else {
            packet.getDestinationIdentitiesList().forEach(identity -> addIfThere(audience, byIdentity.get(identity)));
            packet.getUser().getDestinationSidsList().forEach(sid -> addIfThere(audience, bySid.get(sid)));
        }
        audience.remove(sender);
        return audience;
    }

    private static void addIfThere(Set<Member> members, @Nullable Member member) {
        if (member != null) {
            members.add(member);
        }
    }

    /** Clients stop sending while a member lags behind, but not for ever: then it loses packets, and it alone. */
    private void updateDataPause(long nowNs) {
        boolean isNeeded = false;
        for (Member member : byIdentity.values()) {
            isNeeded |= member.gate.isHolding(nowNs);
        }
        if (isNeeded != isDataPaused) {
            isDataPaused = isNeeded;
            send(member -> true, new HomeToSeat.DataPaused(isDataPaused));
        }
    }

    /** The room record with its counts of now. */
    public Room room() {
        int publishers = 0;
        boolean isRecorded = false;
        for (Member member : byIdentity.values()) {
            publishers += member.info.getIsPublisher() ? 1 : 0;
            isRecorded |= member.isRecorder();
        }
        return record.toBuilder()
                .setNumParticipants((int) keepers())
                .setNumPublishers(publishers)
                .setActiveRecording(isRecorded)
                .build();
    }

    /** Members that count and keep the room open: not agents and recorders. */
    private long keepers() {
        return byIdentity.values().stream()
                .filter(member -> !member.isDependent())
                .count();
    }

    void publish() {
        port.publish(
                ref.room(),
                new RoomView(
                        new RoomRecord(room(), agents.records(), hasBeenJoined, playout),
                        byIdentity.values().stream().map(member -> member.info).toList(),
                        ++revision,
                        epoch));
    }

    private void publish(long nowNs) {
        publish();
        Room room = room();
        boolean isUrgent = room.getActiveRecording() != toldRoom.getActiveRecording()
                || !room.getMetadata().equals(toldRoom.getMetadata());
        if (isUrgent) {
            tellRoom(room);
        } else if (tellRoomAtNs == Deadline.NEVER && !room.equals(toldRoom)) {
            tellRoomAtNs = nowNs + ROOM_UPDATE_NS;
        }
    }

    private void tellRoom(Room room) {
        tellRoomAtNs = Deadline.NEVER;
        if (!room.equals(toldRoom)) {
            toldRoom = room;
            send(member -> true, new HomeToSeat.RoomChanged(room));
        }
    }

    // ---- from the room API ----

    /**
     * Runs a call of the server API.
     *
     * @throws ApiError if it is refused at once
     */
    public void call(long nowNs, Message request, CallResult result) {
        calls.run(nowNs, request, result);
    }

    /**
     * Moves or forwards a participant.
     *
     * @throws ApiError if it is refused at once
     */
    public void transfer(long nowNs, Message request, Destination destination, CallResult result) {
        calls.transfer(nowNs, request, destination, result);
    }

    /** LiveKit: creating a room that exists takes what the request sets, and leaves the rest. */
    void update(long nowNs, CreateRoomRequest request) {
        record = changed(record, request);
        playout = playout.with(request); // for those who come from now on
        updateEnd();
        publish(nowNs);
    }

    private void updateEnd() {
        if (keepers() > 0) {
            closeAtNs = Deadline.NEVER;
        } else if (hasBeenJoined) {
            closeAtNs = leftAtNs + record.getDepartureTimeout() * SECOND_NS;
        } else {
            closeAtNs = createdAtNs + record.getEmptyTimeout() * SECOND_NS;
        }
    }

    /** The record with what the request sets. */
    public static Room changed(Room record, CreateRoomRequest request) {
        Room.Builder builder = record.toBuilder();
        if (request.getEmptyTimeout() > 0) {
            builder.setEmptyTimeout(request.getEmptyTimeout());
        }
        if (request.getDepartureTimeout() > 0) {
            builder.setDepartureTimeout(request.getDepartureTimeout());
        }
        if (request.getMaxParticipants() > 0) {
            builder.setMaxParticipants(request.getMaxParticipants());
        }
        if (!request.getMetadata().isEmpty()) {
            builder.setMetadata(request.getMetadata());
        }
        IdentityPolicy identityPolicy = IdentityPolicy.of(request.getTagsMap());
        if (identityPolicy != null) {
            identityPolicy.describe(builder);
        }
        return builder.build();
    }

    void setMetadata(long nowNs, String metadata) {
        record = record.toBuilder().setMetadata(metadata).build();
        publish(nowNs);
    }

    /** A packet of a server, for those whom it names or for all. */
    void sendData(long nowNs, DataPacket packet, boolean isLossy) {
        if (data.accept(nowNs, "", "", packet, isLossy)) {
            fanOut(ref, audience(null, packet), packet, isLossy);
        }
    }

    /** A packet of a server, for one alone, and not for those who come later. */
    void deliver(Member member, DataPacket packet) {
        fanOut(ref, List.of(member), packet, false);
    }

    void removeParticipant(long nowNs, Member member) {
        send(member, new HomeToSeat.Close(DisconnectReason.PARTICIPANT_REMOVED, LeaveRequest.Action.DISCONNECT));
        remove(nowNs, member, DisconnectReason.PARTICIPANT_REMOVED);
    }

    /** Sends everybody out; the home is of no use afterwards. */
    public void close(DisconnectReason reason, LeaveRequest.Action action) {
        List<Member> members = List.copyOf(byIdentity.values());
        try {
            agents.close();
            send(member -> true, new HomeToSeat.Close(reason, action));
        } finally {
            byIdentity.clear();
            bySid.clear();
            bySeat.clear();
            byTrackSid.clear();
            inquiries.close();
            port.withdraw(ref.room(), epoch);
            members.forEach(member -> end(member, reason));
            if (reason != DisconnectReason.MIGRATION) {
                emit(stamp -> new RoomEvent.RoomFinished(stamp, reason)); // a room that moves is over only here
            }
        }
    }

    /** Everything worth knowing, for people. */
    public HomeDump dump() {
        return new HomeDump(
                ref.room().value(),
                record.getSid(),
                epoch,
                revision,
                isDataPaused,
                byIdentity.values().stream()
                        .map(member -> member.info.getIdentity() + " " + member.seat)
                        .toList());
    }

    // ---- changes ----

    private void onUnpublished(long nowNs, Member member, String trackSid) {
        List<TrackInfo> tracks = member.info.getTracksList();
        for (int i = 0; i < tracks.size(); i++) {
            TrackInfo track = tracks.get(i);
            if (track.getSid().equals(trackSid)) {
                byTrackSid.remove(trackSid);
                change(nowNs, member, member.info.toBuilder().removeTracks(i));
                emit(stamp -> new RoomEvent.TrackUnpublished(stamp, member.info, track));
                return;
            }
        }
    }

    void onTrackChanged(long nowNs, Member member, TrackInfo track) {
        ParticipantInfo.Builder builder = member.info.toBuilder();
        for (int i = 0; i < builder.getTracksCount(); i++) {
            TrackInfo before = builder.getTracks(i);
            if (before.getSid().equals(track.getSid())) {
                if (!before.equals(track)) { // else the seat confirms what it was told
                    change(nowNs, member, builder.setTracks(i, track));
                }
                return;
            }
        }
    }

    private void onMetadataChanged(long nowNs, Member member, SeatToHome.MetadataChanged asked) {
        ParticipantInfo.Builder changed =
                Changes.apply(member.info, asked.name(), asked.metadata(), asked.attributes(), limits.attributes());
        if (changed != null) {
            change(nowNs, member, changed);
        }
        send(
                member,
                new HomeToSeat.MetadataAnswered(
                        asked.requestId(),
                        changed == null ? RequestResponse.Reason.LIMIT_EXCEEDED : RequestResponse.Reason.OK));
    }

    private void onCodecWanted(String trackSid, int codec) {
        Member publisher = byTrackSid.get(trackSid);
        if (publisher != null && publisher.source != null) {
            tell(publisher.source, new HomeToHome.CodecWanted(trackSid, codec));
        } else if (publisher != null) {
            send(publisher, new HomeToSeat.CodecWanted(trackSid, codec));
        }
    }

    private void onSubscribed(List<String> trackSids) {
        for (String trackSid : trackSids) {
            Member publisher = byTrackSid.get(trackSid);
            if (publisher == null || !publisher.announcedSubscriptions.add(trackSid)) {
                continue;
            }
            if (publisher.source != null) {
                tell(publisher.source, new HomeToHome.SubscribedTo(List.of(trackSid)));
            } else {
                send(publisher, new HomeToSeat.TrackSubscribed(trackSid));
            }
        }
    }

    void remove(long nowNs, Member member, DisconnectReason reason) {
        byIdentity.remove(member.info.getIdentity());
        bySid.remove(member.info.getSid());
        bySeat.remove(member.seat.sid());
        member.info.getTracksList().forEach(track -> byTrackSid.remove(track.getSid()));
        data.forget(member.info.getSid());
        speakers.forget(member.info.getSid());
        spentGates.keep(nowNs, member.info.getIdentity(), member.gate);
        updateDataPause(nowNs);
        end(member, reason);
        announce(nowNs, member);
        if (closeAtNs == Deadline.NEVER) {
            leftAtNs = nowNs;
        }
        updateEnd();
    }

    /** It is not among the members any more. */
    private void end(Member member, DisconnectReason reason) {
        List<TrackInfo> tracks = member.info.getTracksList();
        boolean wasActive = member.info.getState() == ParticipantInfo.State.ACTIVE;
        member.info = member.info.toBuilder()
                .setState(ParticipantInfo.State.DISCONNECTED)
                .setDisconnectReason(reason)
                .clearTracks()
                .setVersion(member.info.getVersion() + 1)
                .build();
        rpc.onLeft(member.info.getIdentity());
        forwards.onLeft(member);
        tracks.forEach(track -> emit(stamp -> new RoomEvent.TrackUnpublished(stamp, member.info, track)));
        emit(stamp -> new RoomEvent.ParticipantLeft(stamp, member.info, wasActive));
        agents.onLeft(member.info);
    }

    /** Takes what changed of a participant and tells everybody. */
    void change(long nowNs, Member member, ParticipantInfo.Builder changed) {
        boolean wasHidden = member.isHidden();
        take(member, changed);
        announce(nowNs, member);
        if (member.isHidden() && !wasHidden) {
            ParticipantInfo gone = member.info.toBuilder()
                    .setState(ParticipantInfo.State.DISCONNECTED)
                    .clearTracks()
                    .build();
            ParticipantView view = new ParticipantView(gone, member.seat.shard(), member.access);
            send(other -> other != member, HomeToSeat.ParticipantsChanged.of(List.of(view)));
        }
    }

    private static void take(Member member, ParticipantInfo.Builder changed) {
        member.info = changed.setVersion(member.info.getVersion() + 1).build();
    }

    /** Tells everybody about one participant; of a hidden one only itself. */
    private void announce(long nowNs, Member changed) {
        publish(nowNs);
        forwards.onChanged(changed);
        updateBatch.remove(changed);
        HomeToSeat message = HomeToSeat.ParticipantsChanged.of(List.of(changed.view()));
        send(member -> member == changed || !changed.isHidden(), message);
    }

    /** The same for what is of no hurry unless it publishes: the others are told soon. */
    private void announceInTime(long nowNs, Member changed) {
        if (changed.isHidden() || changed.info.getIsPublisher()) {
            announce(nowNs, changed);
            return;
        }
        publish(nowNs);
        forwards.onChanged(changed);
        send(changed, HomeToSeat.ParticipantsChanged.of(List.of(changed.view())));
        updateBatch.add(nowNs, changed, byIdentity.size());
    }

    private void tellSpeakers(List<SpeakerInfo> changed) {
        if (!changed.isEmpty()) {
            send(member -> true, new HomeToSeat.SpeakersChanged(changed));
        }
    }

    private void tellOfBatch(long nowNs) {
        for (List<Member> batch : ParticipantBatches.of(updateBatch.pollDue(nowNs), member -> member.info)) {
            List<ParticipantView> views = batch.stream().map(Member::view).toList();
            send(member -> true, HomeToSeat.ParticipantsChanged.of(views));
        }
    }

    private void emit(Function<RoomEvent.Stamp, RoomEvent> event) {
        port.emit(event.apply(new RoomEvent.Stamp(room(), epoch, ++eventSequence, wallMs.getAsLong())));
    }

    void send(Member member, HomeToSeat message) {
        port.send(member.seat.shard(), new ShardMessage.ToSeats(List.of(member.seat.sid()), message));
    }

    /** One message for each shard that has members who should hear it. */
    private void send(Predicate<Member> audience, HomeToSeat message) {
        byShard(byIdentity.values().stream().filter(audience).toList())
                .forEach((shard, seats) -> port.send(shard, new ShardMessage.ToSeats(seats, message)));
    }

    private static Map<Integer, List<ParticipantSid>> byShard(Collection<Member> members) {
        Map<Integer, List<ParticipantSid>> byShard = new LinkedHashMap<>();
        for (Member member : members) {
            if (!member.isForwarded()) {
                byShard.computeIfAbsent(member.seat.shard(), unused -> new ArrayList<>())
                        .add(member.seat.sid());
            }
        }
        return byShard;
    }

    // ---- between rooms ----

    void tell(HomeRef other, HomeToHome message) {
        port.send(other.shard(), new ShardMessage.BetweenHomes(other.room(), ref, message));
    }

    public void onHomeMessage(long nowNs, HomeRef from, HomeToHome message) {
        switch (message) {
            case HomeToHome.PlaceWanted wanted -> {
                onClaim(wanted.epoch());
                moves.onPlaceWanted(nowNs, from, wanted);
            }
            case HomeToHome.Forward forward -> {
                onClaim(forward.epoch());
                forwards.onForward(nowNs, from, forward);
            }
            case HomeToHome.Answered(long inquiry, ApiError refusal) -> inquiries.onAnswer(nowNs, inquiry, refusal);
            case HomeToHome.ForwardChanged changed -> forwards.onForwardChanged(nowNs, from, changed);
            case HomeToHome.CodecWanted(String trackSid, int codec) -> onCodecWanted(trackSid, codec);
            case HomeToHome.ForwardEnded ended -> forwards.onEnded(nowNs, from, ended);
            case HomeToHome.SubscribedTo(List<String> trackSids) -> onSubscribed(trackSids);
        }
    }

    /** A participant of another room is seen here. */
    void showForwarded(long nowNs, HomeRef source, ParticipantView view) {
        ParticipantInfo info = view.info();
        Member member = new Member(
                nowNs,
                new SeatRef(view.seatShard(), new ParticipantSid(info.getSid())),
                source,
                false,
                info,
                info.getIdentity(),
                new DataGate(nowNs));
        member.access = view.access();
        info.getTracksList().forEach(track -> byTrackSid.put(track.getSid(), member));
        enter(nowNs, member, false);
        emitNews(member, ParticipantInfo.getDefaultInstance());
    }

    void updateForwarded(long nowNs, Member member, ParticipantView view) {
        if (!member.access.equals(view.access())) {
            member.access = view.access();
            send(other -> true, new HomeToSeat.AccessChanged(member.view()));
        }
        ParticipantInfo before = member.info;
        before.getTracksList().forEach(track -> byTrackSid.remove(track.getSid()));
        view.info().getTracksList().forEach(track -> byTrackSid.put(track.getSid(), member));
        change(nowNs, member, view.info().toBuilder());
        emitNews(member, before);
    }

    /** What happened to a forwarded participant, by how it was before. */
    private void emitNews(Member member, ParticipantInfo before) {
        ParticipantInfo after = member.info;
        if (after.getState() == ParticipantInfo.State.ACTIVE && before.getState() != ParticipantInfo.State.ACTIVE) {
            emit(stamp -> new RoomEvent.ParticipantActive(stamp, after));
        }
        tracksBeside(before, after)
                .forEach(track -> emit(stamp -> new RoomEvent.TrackUnpublished(stamp, after, track)));
        tracksBeside(after, before).forEach(track -> emit(stamp -> new RoomEvent.TrackPublished(stamp, after, track)));
    }

    /** Tracks of one that another does not have. */
    private static List<TrackInfo> tracksBeside(ParticipantInfo one, ParticipantInfo another) {
        Set<String> known = new HashSet<>();
        another.getTracksList().forEach(track -> known.add(track.getSid()));
        return one.getTracksList().stream()
                .filter(track -> !known.contains(track.getSid()))
                .toList();
    }

    // ---- between shards ----

    /** Messages between this shard and another got lost: members whose seats are there join afresh. */
    public void reset(long nowNs, int shard) {
        forwards.reset(nowNs, shard);
        gathersUntilNs = nowNs + REJOIN_TIME_NS;
        for (Member member : members()) {
            if (member.seat.shard() == shard && !member.isForwarded()) {
                send(member, new HomeToSeat.Close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT));
                remove(nowNs, member, DisconnectReason.STATE_MISMATCH);
            }
        }
    }
}
