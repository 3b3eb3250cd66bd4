// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.parley.api.agent.JobReport;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.id.RoomSid;
import io.parley.api.room.RoomRecord;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.home.Home;
import io.parley.engine.home.Trails;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToHome;
import io.parley.engine.message.Passage;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.message.TrackAccess;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRtc.LeaveRequest;
import org.jspecify.annotations.Nullable;

/**
 * The rooms whose home is on one shard, with their deadlines. A room whose home throws is closed, its participants join
 * afresh, and the others live. Owned by the shard.
 */
final class Homes {
    private static final int MAX_TRAILS = 10_000;

    /** Of a room that is made without any. */
    private static final CreateRoomRequest NO_WISHES = CreateRoomRequest.getDefaultInstance();

    private final int shard;
    private final RoomDefaults defaults;
    private final ParticipantLimits limits;
    private final ShardPort port;
    private final RandomGenerator random;
    private final LongSupplier wallMs;
    private final Bugs bugs;
    private final Map<RoomName, Home> byName = new HashMap<>();

    /** Of rooms that are over. */
    private final Trails trails = new Trails(MAX_TRAILS);

    private final DeadlineQueue<Home> deadlines = new DeadlineQueue<>();

    /** @param shard index of it */
    Homes(
            int shard,
            RoomDefaults defaults,
            ParticipantLimits limits,
            ShardPort port,
            RandomGenerator random,
            LongSupplier wallMs,
            Bugs bugs) {
        this.shard = shard;
        this.defaults = defaults;
        this.limits = limits;
        this.port = port;
        this.random = random;
        this.wallMs = wallMs;
        this.bugs = bugs;
    }

    int size() {
        return byName.size();
    }

    // ---- from seats ----

    void onMessage(long nowNs, RoomName room, SeatRef from, SeatToHome message) {
        Home home = switch (message) {
            case SeatToHome.Join join -> open(nowNs, room, join.roomEpoch(), join.creation(), join.inherited());
            case SeatToHome.Arrive(Passage passage, TrackAccess access) ->
                open(nowNs, room, passage.epoch(), NO_WISHES, null);
            default -> byName.get(room);
        };
        if (home != null) {
            turn(home, due -> due.onMessage(nowNs, from, message));
        }
    }

    // ---- from homes ----

    void onMessage(long nowNs, ShardMessage.BetweenHomes between) {
        Home home = switch (between.message()) {
            case HomeToHome.PlaceWanted wanted ->
                open(nowNs, between.room(), wanted.epoch(), NO_WISHES, wanted.inherited());
            case HomeToHome.Forward forward ->
                open(nowNs, between.room(), forward.epoch(), NO_WISHES, forward.inherited());
            default -> byName.get(between.room());
        };
        if (home != null) {
            turn(home, due -> due.onHomeMessage(nowNs, between.from(), between.message()));
        }
    }

    /** Messages between this shard and another got lost. */
    void reset(long nowNs, int other) {
        List.copyOf(byName.values()).forEach(home -> turn(home, due -> due.reset(nowNs, other)));
    }

    private void turn(Home home, Consumer<Home> event) {
        try {
            event.accept(home);
            reschedule(home);
        } catch (RuntimeException | Error e) {
            fail(home, e);
        }
    }

    long nextDeadlineNs() {
        return deadlines.nextDeadlineNs();
    }

    void onDeadline(long nowNs) {
        for (Home home = deadlines.pollDue(nowNs); home != null; home = deadlines.pollDue(nowNs)) {
            try {
                if (home.onDeadline(nowNs)) {
                    forget(home.name());
                } else {
                    reschedule(home);
                }
            } catch (RuntimeException | Error e) {
                fail(home, e);
            }
        }
    }

    private void reschedule(Home home) {
        deadlines.update(home.deadline(), home.nextDeadlineNs());
    }

    /** A bug showed in one room. */
    private void fail(Home home, Throwable bug) {
        bugs.report(home.name(), home::dump, bug);
        try {
            close(home.name(), DisconnectReason.UNKNOWN_REASON, LeaveRequest.Action.RECONNECT);
        } catch (RuntimeException | Error e) {
            bugs.report(home.name(), e); // what broke it breaks its end as well
        }
    }

    /** The home of a room, made now if there was none. */
    private Home open(
            long nowNs, RoomName room, long epoch, CreateRoomRequest creation, @Nullable RoomRecord inherited) {
        Home known = byName.get(room);
        if (known != null) {
            return known;
        }
        byte[] sifTrailer = new byte[16];
        random.nextBytes(sifTrailer);
        ByteString trailer = ByteString.copyFrom(sifTrailer);
        HomeRef ref = new HomeRef(room, shard);
        Home home = inherited == null
                ? new Home(
                        nowNs,
                        ref,
                        Home.changed(record(room), creation),
                        defaults.playout().with(creation),
                        limits,
                        epoch,
                        creation.getAgentsList(),
                        trailer,
                        port,
                        random,
                        wallMs)
                : Home.takingOver(
                        nowNs, ref, inherited, defaults.playout(), limits, epoch, trailer, port, random, wallMs);
        byName.put(room, home);
        reschedule(home);
        return home;
    }

    /** Of a room whose creator says nothing about it. */
    private Room record(RoomName room) {
        long nowMs = wallMs.getAsLong();
        Room.Builder record = Room.newBuilder()
                .setSid(RoomSid.random(random).value())
                .setName(room.value())
                .setCreationTime(nowMs / 1000)
                .setCreationTimeMs(nowMs)
                .setEmptyTimeout(defaults.emptyTimeoutS())
                .setDepartureTimeout(defaults.departureTimeoutS())
                .setMaxParticipants(defaults.maxParticipants())
                .addAllEnabledCodecs(defaults.enabledCodecs());
        defaults.identityPolicy().describe(record);
        return record.build();
    }

    // ---- what Shard has for others ----

    @Nullable
    SeatRef findSeat(RoomName room, String identity, String sid) {
        Home home = byName.get(room);
        SeatRef seat = home == null ? null : home.seatOf(identity, sid);
        Trails.Trail trail = seat == null ? findTrail(room, identity, sid) : null;
        return trail == null ? seat : trail.seat();
    }

    Trails.@Nullable Trail findTrail(RoomName room, String identity, String sid) {
        Home home = byName.get(room);
        Trails.Trail trail = home == null ? null : home.trails().find(room, identity, sid);
        return trail == null ? trails.find(room, identity, sid) : trail;
    }

    /** @throws ApiError if it is refused at once */
    void call(
            long nowNs, RoomName name, long epoch, @Nullable RoomRecord inherited, Message request, CallResult result) {
        if (inherited != null) {
            open(nowNs, name, epoch, NO_WISHES, inherited);
        }
        if (request instanceof DeleteRoomRequest) {
            if (!close(name, DisconnectReason.ROOM_DELETED, LeaveRequest.Action.DISCONNECT)) {
                throw noRoom();
            }
            result.answer(DeleteRoomResponse.getDefaultInstance());
            return;
        }
        Home home = switch (request) {
            case CreateRoomRequest create -> open(nowNs, name, epoch, create, null);
            case CreateAgentDispatchRequest dispatch -> open(nowNs, name, epoch, NO_WISHES, null);
            default -> byName.get(name);
        };
        run(home, epoch, due -> due.call(nowNs, request, result));
    }

    /** @throws ApiError if it is refused at once */
    void transfer(long nowNs, RoomName name, long epoch, Message request, Destination destination, CallResult result) {
        run(byName.get(name), epoch, due -> due.transfer(nowNs, request, destination, result));
    }

    private void run(@Nullable Home home, long epoch, Consumer<Home> call) {
        if (home == null) {
            throw noRoom();
        }
        home.onClaim(epoch);
        try {
            call.accept(home);
            reschedule(home);
        } catch (ApiError refusal) {
            throw refusal; // and no bug
        } catch (RuntimeException | Error e) {
            fail(home, e);
            throw e;
        }
    }

    private static ApiError noRoom() {
        return ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested room does not exist");
    }

    void lose(RoomName name, long epoch) {
        Home home = byName.get(name);
        if (home != null && home.epoch() == epoch) {
            close(name, DisconnectReason.MIGRATION, LeaveRequest.Action.RECONNECT);
        }
    }

    void closeAll(DisconnectReason reason, LeaveRequest.Action action) {
        List.copyOf(byName.keySet()).forEach(name -> close(name, reason, action));
    }

    private boolean close(RoomName name, DisconnectReason reason, LeaveRequest.Action action) {
        Home home = forget(name);
        if (home == null) {
            return false;
        }
        deadlines.update(home.deadline(), Deadline.NEVER);
        home.close(reason, action);
        return true;
    }

    private @Nullable Home forget(RoomName name) {
        Home home = byName.remove(name);
        if (home != null) {
            trails.addAll(home.trails());
        }
        return home;
    }

    /** What became of a job; one of a room that is over ends. */
    void onJob(RoomName room, JobReport report) {
        Home home = byName.get(room);
        if (home == null) {
            port.agents().terminate(report.jobId());
        } else {
            turn(home, due -> due.agents().onReport(report));
        }
    }
}
