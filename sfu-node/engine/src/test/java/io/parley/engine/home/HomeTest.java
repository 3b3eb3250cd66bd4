// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.message.AgentPort;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.ParticipantBatches;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.track.MediaPacket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.UserPacket;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.RequestResponse;
import org.junit.jupiter.api.Test;

/** A home alone, and what it tells its seats. */
class HomeTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final Port port = new Port();
    private long nowNs = SECOND_NS;
    private final Home home = new Home(
            nowNs,
            new HomeRef(new RoomName("room"), 0),
            Room.newBuilder().setEmptyTimeout(300).setDepartureTimeout(20).build(),
            Playout.NONE,
            ParticipantLimits.DEFAULTS,
            1,
            List.of(),
            ByteString.EMPTY,
            port,
            new Random(1),
            () -> nowNs / 1_000_000);
    private final SeatRef alice = join("alice");
    private final SeatRef deaf = join("deaf");

    /**
     * Any participant, by reading a little now and then: each time it had caught up it could hold the whole room's data
     * back for another five seconds.
     */
    @Test
    void aMemberHoldsTheRoomBackForFiveSecondsAMinuteHoweverOftenItCatchesUp() {
        assertThat(heldNs(600)).isLessThan((5 + 10 * 5 + 1) * SECOND_NS);
    }

    @Test
    void aMemberThatWasGoodForAWhileMayHoldTheRoomBackAgain() {
        heldNs(30);
        nowNs += 120 * SECOND_NS;
        assertThat(heldNs(10)).isBetween(4 * SECOND_NS, 7 * SECOND_NS);
    }

    /** Any participant: each time it left and came back it could hold the room's data back for another five seconds. */
    @Test
    void whoComesBackFindsWhatItHadLeft() {
        long heldNs = 0;
        for (int i = 0; i < 10; i++) {
            heldNs += heldNs(6);
            home.onMessage(nowNs, deaf, new SeatToHome.Left(DisconnectReason.CLIENT_INITIATED));
            assertThat(port.isPaused).isFalse();
            join("deaf");
        }
        assertThat(heldNs).isLessThan((5 + 5 + 1) * SECOND_NS);
    }

    @Test
    void whatIsKeptOfThoseWhoLeftIsBoundedAndEnds() {
        SpentGates gates = new SpentGates();
        for (int i = 0; i < 2 * SpentGates.MAX; i++) {
            DataGate gate = gates.take(nowNs, "id" + i);
            gate.onCongestion(nowNs, true);
            gates.keep(nowNs + SECOND_NS, "id" + i, gate);
        }
        assertThat(gates.size()).isEqualTo(SpentGates.MAX);
        nowNs += 60 * SECOND_NS;
        gates.keep(nowNs, "whole", gates.take(nowNs, "whole"));
        assertThat(gates.size()).isZero();
    }

    /** It is congested for 900 ms of each second. @return for how long the room was held back */
    private long heldNs(int seconds) {
        long heldNs = 0;
        for (int i = 0; i < seconds; i++) {
            home.onMessage(nowNs, deaf, new SeatToHome.DataCongestion(true));
            long untilNs = nowNs + SECOND_NS * 9 / 10;
            while (nowNs < untilNs) {
                long nextNs = Math.min(untilNs, home.nextDeadlineNs());
                heldNs += port.isPaused ? nextNs - nowNs : 0;
                nowNs = nextNs;
                home.onDeadline(nowNs);
            }
            home.onMessage(nowNs, deaf, new SeatToHome.DataCongestion(false));
            nowNs += SECOND_NS / 10;
        }
        return heldNs;
    }

    /** Any participant that may change its attributes: each request is small, and together they are any size. */
    @Test
    void attributesAreLimitedInSum() {
        for (int i = 0; i < 20; i++) {
            update(i, Map.of("key" + i, "x".repeat(10_000)));
        }
        int held = ParticipantLimits.sizeOf(port.view("alice").getAttributesMap());
        assertThat(held)
                .isBetween(50_000, ParticipantLimits.DEFAULTS.attributes().max());
        assertThat(port.answers).hasSize(20);
        assertThat(port.answers.getFirst().reason()).isEqualTo(RequestResponse.Reason.OK);
        assertThat(port.answers.getLast())
                .isEqualTo(new HomeToSeat.MetadataAnswered(19, RequestResponse.Reason.LIMIT_EXCEEDED));
        update(20, Map.of("key0", ""));
        assertThat(port.answers.getLast().reason()).as("deleting makes room").isEqualTo(RequestResponse.Reason.OK);
        update(21, Map.of("key0", "y".repeat(10_000)));
        assertThat(port.answers.getLast().reason()).isEqualTo(RequestResponse.Reason.OK);
    }

    private void update(int requestId, Map<String, String> attributes) {
        home.onMessage(nowNs, alice, new SeatToHome.MetadataChanged(requestId, "", "", attributes));
    }

    /** Any participant that may send data: each destination was looked for in a list, for each member. */
    @Test
    void aPacketGoesToThoseItNamesOnceHoweverOftenItNamesThem() {
        SeatRef bob = join("bob");
        DataPacket packet = DataPacket.newBuilder()
                .addAllDestinationIdentities(IntStream.range(0, 4000)
                        .mapToObj(i -> i % 2 == 0 ? "bob" : "nobody" + i)
                        .toList())
                .addDestinationIdentities("alice")
                .setUser(UserPacket.newBuilder().setPayload(ByteString.copyFromUtf8("x")))
                .build();
        home.onMessage(nowNs, alice, new SeatToHome.Data(packet, true));
        assertThat(port.dataTo).containsExactly(bob.sid());
    }

    /** A sender that is ahead of a shard is told to wait, and not for each packet. */
    @Test
    void aSenderThatIsAheadOfAShardIsSlowedDown() {
        port.isAhead = true;
        DataPacket packet = DataPacket.newBuilder()
                .setUser(UserPacket.newBuilder().setPayload(ByteString.copyFromUtf8("x")))
                .build();
        for (int i = 0; i < 100; i++) {
            home.onMessage(nowNs, alice, new SeatToHome.Data(packet, true));
        }
        assertThat(port.slowed).containsExactly(alice.sid());
        nowNs += HomeToSeat.SlowDown.FOR_NS;
        home.onMessage(nowNs, alice, new SeatToHome.Data(packet, true));
        assertThat(port.slowed).containsExactly(alice.sid(), alice.sid());
    }

    /** A webinar that fills up: each newcomer cost each of those who were there two messages, half a million in all. */
    @Test
    void aThousandListenersCostEachOfThemAFewMessages() {
        List<SeatRef> listeners = new ArrayList<>();
        passMs(1_000);
        port.updates.clear();
        for (int i = 0; i < 1_000; i++) {
            listeners.add(join("listener" + i));
            passMs(2);
            home.onMessage(nowNs, listeners.getLast(), new SeatToHome.Connected());
            passMs(2);
        }
        passMs(3_000);
        List<HomeToSeat.ParticipantsChanged> first = port.updatesTo(listeners.getFirst());
        assertThat(first).hasSizeLessThan(10);
        assertThat(first.stream()
                        .flatMap(update -> update.participants().stream())
                        .map(view -> view.info().getSid())
                        .distinct())
                .hasSize(1_000);
        assertThat(port.updates).hasSizeLessThan(2_000 + 10);
    }

    @Test
    void whatMattersIsToldAtOnceHoweverLargeTheRoom() {
        List<SeatRef> listeners = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            listeners.add(join("listener" + i));
        }
        passMs(3_000);
        port.updates.clear();
        SeatRef bob = join("bob");
        home.onMessage(nowNs, bob, new SeatToHome.Connected());
        SeatRef first = listeners.getFirst();
        assertThat(port.updatesTo(first)).as("a listener").isEmpty();
        home.onMessage(nowNs, bob, new SeatToHome.MetadataChanged(1, "Bob", "", Map.of()));
        assertThat(port.updatesTo(first)).as("its name").hasSize(1);
        passMs(3_000);
        assertThat(port.updatesTo(first)).as("and not again").hasSize(1);
        home.onMessage(
                nowNs,
                bob,
                new SeatToHome.Published(TrackInfo.newBuilder().setSid("TR_1").build()));
        assertThat(port.updatesTo(first)).as("its track").hasSize(2);
        home.onMessage(nowNs, bob, new SeatToHome.Left(DisconnectReason.CLIENT_INITIATED));
        assertThat(port.updatesTo(first)).as("its end").hasSize(3);
    }

    /** Clients take the later sid for the reconnect of an identity, and an end of the earlier one for its end. */
    @Test
    void whoJoinsAgainWhileTheOthersWaitToHearOfItIsToldInOrder() {
        List<SeatRef> listeners = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            listeners.add(join("listener" + i));
        }
        passMs(3_000);
        port.updates.clear();
        join("bob", "PA_bob1");
        passMs(100);
        join("bob", "PA_bob2");
        passMs(4_000);
        assertThat(port.updatesTo(listeners.getFirst()))
                .flatExtracting(HomeToSeat.ParticipantsChanged::participants)
                .extracting(view -> view.info().getSid() + " " + view.info().getState())
                .containsExactly("PA_bob1 DISCONNECTED", "PA_bob2 JOINED");
    }

    /** Swift's WebSockets end on a message of more than a megabyte. */
    @Test
    void newsOfManyComesInSeveralMessages() {
        String metadata = "x".repeat(50_000);
        passMs(1_000);
        port.updates.clear();
        for (int i = 0; i < 10; i++) {
            join("listener" + i, "PA_" + i, metadata);
        }
        passMs(3_000);
        List<HomeToSeat.ParticipantsChanged> updates = port.updatesTo(alice);
        assertThat(updates).allSatisfy(update -> {
            assertThat(update.participants()).hasSizeBetween(1, 2);
            assertThat(update.update().getSerializedSize()).isLessThan(ParticipantBatches.TARGET_BYTES);
        });
        assertThat(updates)
                .flatExtracting(HomeToSeat.ParticipantsChanged::participants)
                .hasSize(10);
    }

    @Test
    void numbersOfTheRoomAreToldAfterFiveSecondsAndOnce() {
        passMs(5_000);
        port.rooms.clear();
        SeatRef bob = join("bob");
        passMs(1_000);
        join("carol");
        passMs(3_900);
        assertThat(port.rooms).isEmpty();
        passMs(100);
        assertThat(port.rooms).extracting(Room::getNumParticipants).containsExactly(4);
        home.onMessage(
                nowNs,
                bob,
                new SeatToHome.Published(TrackInfo.newBuilder().setSid("TR_1").build()));
        passMs(20_000);
        assertThat(port.rooms).extracting(Room::getNumPublishers).containsExactly(0, 1);
        home.onMessage(nowNs, bob, new SeatToHome.Left(DisconnectReason.CLIENT_INITIATED));
        join("bob");
        home.onMessage(
                nowNs,
                bob,
                new SeatToHome.Published(TrackInfo.newBuilder().setSid("TR_2").build()));
        passMs(20_000);
        assertThat(port.rooms).as("nothing changed").hasSize(2);
    }

    private void passMs(long ms) {
        long untilNs = nowNs + ms * 1_000_000;
        while (home.nextDeadlineNs() <= untilNs) {
            nowNs = Math.max(nowNs, home.nextDeadlineNs());
            home.onDeadline(nowNs);
        }
        nowNs = untilNs;
    }

    private SeatRef join(String identity) {
        return join(identity, "PA_" + identity);
    }

    private SeatRef join(String identity, String sid) {
        return join(identity, sid, "");
    }

    private SeatRef join(String identity, String sid, String metadata) {
        SeatRef seat = new SeatRef(1, new ParticipantSid(sid));
        ParticipantInfo info = ParticipantInfo.newBuilder()
                .setSid(seat.sid().value())
                .setIdentity(identity)
                .setMetadata(metadata)
                .build();
        home.onMessage(
                nowNs, seat, new SeatToHome.Join(info, "", 1, CreateRoomRequest.getDefaultInstance(), null, true));
        return seat;
    }

    private record Update(List<ParticipantSid> seats, HomeToSeat.ParticipantsChanged message) {}

    private static final class Port implements ShardPort {
        final List<Update> updates = new ArrayList<>();
        final List<Room> rooms = new ArrayList<>();
        final List<HomeToSeat.MetadataAnswered> answers = new ArrayList<>();
        final List<ParticipantSid> dataTo = new ArrayList<>();
        final List<ParticipantSid> slowed = new ArrayList<>();
        final Map<String, ParticipantInfo> views = new HashMap<>();
        boolean isPaused;
        boolean isAhead;

        List<HomeToSeat.ParticipantsChanged> updatesTo(SeatRef seat) {
            return updates.stream()
                    .filter(update -> update.seats.contains(seat.sid()))
                    .map(Update::message)
                    .toList();
        }

        ParticipantInfo view(String identity) {
            return views.getOrDefault(identity, ParticipantInfo.getDefaultInstance());
        }

        @Override
        public void send(int shard, ShardMessage message) {
            if (!(message instanceof ShardMessage.ToSeats(List<ParticipantSid> seats, HomeToSeat inner))) {
                throw new AssertionError("not to a seat: " + message);
            }
            switch (inner) {
                case HomeToSeat.ParticipantsChanged changed -> updates.add(new Update(seats, changed));
                case HomeToSeat.RoomChanged(Room room) -> rooms.add(room);
                case HomeToSeat.DataPaused paused -> isPaused = paused.isPaused();
                case HomeToSeat.MetadataAnswered answer -> answers.add(answer);
                case HomeToSeat.SlowDown slowDown -> slowed.addAll(seats);
                default -> {
                    // of no concern here
                }
            }
        }

        @Override
        public boolean sendLossy(int shard, Object source, int sizeBytes, ShardMessage message) {
            if (message instanceof ShardMessage.ToSeats(List<ParticipantSid> seats, HomeToSeat inner)
                    && inner instanceof HomeToSeat.Data) {
                dataTo.addAll(seats);
            }
            return !isAhead;
        }

        @Override
        public void relay(int shard, int handle, MediaPacket packet) {
            throw new AssertionError("homes have no media");
        }

        @Override
        public void publish(RoomName room, RoomView view) {
            view.participants().forEach(info -> views.put(info.getIdentity(), info));
        }

        @Override
        public AgentPort agents() {
            return AgentPort.NONE;
        }

        @Override
        public void emit(RoomEvent event) {
            // nobody listens
        }

        @Override
        public void withdraw(RoomName room, long epoch) {
            throw new AssertionError("the room is not over");
        }
    }
}
