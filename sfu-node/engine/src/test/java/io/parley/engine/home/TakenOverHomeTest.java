// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.parley.api.agent.JobOffer;
import io.parley.api.error.ApiError;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.message.AgentPort;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.track.MediaPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A room whose home was on another node before. */
class TakenOverHomeTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final RoomName ROOM = new RoomName("room");
    private static final Room CREATED = Room.newBuilder()
            .setName("room")
            .setSid("RM_before")
            .setMetadata("minutes")
            .setCreationTimeMs(7)
            .setEmptyTimeout(300)
            .setDepartureTimeout(60)
            .setMaxParticipants(2)
            .setNumParticipants(2)
            .build();

    private static final Playout OWN_PLAYOUT = new Playout(20, 40, false);

    private final Port port = new Port();
    private long nowNs = SECOND_NS;

    private Home takeOver(RoomRecord inherited) {
        return Home.takingOver(
                nowNs,
                new HomeRef(ROOM, 0),
                inherited,
                OWN_PLAYOUT,
                ParticipantLimits.DEFAULTS,
                9,
                ByteString.EMPTY,
                port,
                new Random(1),
                () -> 5);
    }

    private static RoomRecord record(boolean wasJoined, RoomRecord.Dispatch... dispatches) {
        return new RoomRecord(CREATED, List.of(dispatches), wasJoined, Playout.NONE);
    }

    private static RoomRecord.Dispatch dispatch(String id, String agent, boolean isImplied) {
        return new RoomRecord.Dispatch(
                AgentDispatch.newBuilder()
                        .setId(id)
                        .setRoom("room")
                        .setAgentName(agent)
                        .setMetadata("for " + agent)
                        .build(),
                isImplied);
    }

    private void join(Home home, String identity) {
        SeatRef seat = new SeatRef(0, new ParticipantSid("PA_" + identity));
        ParticipantInfo info = ParticipantInfo.newBuilder()
                .setSid(seat.sid().value())
                .setIdentity(identity)
                .build();
        home.onMessage(
                nowNs, seat, new SeatToHome.Join(info, "", 9, CreateRoomRequest.getDefaultInstance(), null, true));
    }

    @Test
    void isTheRoomThatItWasWithNobodyInIt() {
        takeOver(record(true));
        Room room = port.view().room();
        assertThat(room).isEqualTo(CREATED.toBuilder().setNumParticipants(0).build());
        assertThat(port.view().epoch()).isEqualTo(9);
        assertThat(port.events).singleElement().isInstanceOfSatisfying(RoomEvent.RoomTakenOver.class, taken -> {
            assertThat(taken.stamp().room()).isEqualTo(room);
            assertThat(taken.stamp().epoch()).isEqualTo(9);
            assertThat(taken.stamp().sequence()).isEqualTo(1);
        });
    }

    /** By a directory that forgot the claim before, which would refuse what is written under that. */
    @Test
    void isWrittenUnderTheLatestClaimAtOnce() {
        Home home = takeOver(record(true));
        home.onClaim(12);
        assertThat(port.view().epoch()).isEqualTo(12);
        int views = port.views.size();
        home.onClaim(12);
        home.onClaim(11);
        assertThat(port.views).as("nothing is new").hasSize(views);
    }

    @Test
    void keepsWhoComesBackByItsOldLimits() {
        Home home = takeOver(record(true));
        join(home, "alice");
        join(home, "bob");
        join(home, "one too many");
        assertThat(port.view().participants())
                .extracting(ParticipantInfo::getIdentity)
                .containsExactly("alice", "bob");
        assertThat(home.onDeadline(nowNs + 1_000 * SECOND_NS))
                .as("it is over while they are there")
                .isFalse();
    }

    /** Nobody comes back: it finishes as a room that everybody left, once. */
    @Test
    void finishesAfterTheDepartureTimeoutIfItHadBeenJoined() {
        Home home = takeOver(record(true));
        assertThat(home.nextDeadlineNs()).isEqualTo(nowNs + 60 * SECOND_NS);
        assertThat(home.onDeadline(nowNs + 60 * SECOND_NS - 1)).isFalse();
        assertThat(home.onDeadline(nowNs + 60 * SECOND_NS)).isTrue();
        assertThat(port.events).last().isInstanceOf(RoomEvent.RoomFinished.class);
        assertThat(port.events).hasSize(2);
    }

    /** What is told to those who come, and goes on to the next node. */
    @Test
    void isPlayedAsItWas() {
        Playout before = new Playout(100, 500, true);
        Home home = takeOver(new RoomRecord(CREATED, List.of(), true, before));
        join(home, "alice");
        assertThat(port.admitted).isNotNull();
        assertThat(port.admitted.playout()).isEqualTo(before);
        assertThat(port.view().record().playout()).isEqualTo(before);
        home.call(nowNs, CreateRoomRequest.newBuilder().setMinPlayoutDelay(200).build(), new Answered());
        assertThat(port.view().record().playout()).isEqualTo(new Playout(200, 500, true));
    }

    @Test
    void isPlayedAsTheNodesOtherRoomsWhereItsRecordDoesNotSay() {
        takeOver(new RoomRecord(CREATED, List.of(), true, null));
        assertThat(port.view().record().playout()).isEqualTo(OWN_PLAYOUT);
    }

    /** Its participants look for it for a while: a room that ended meanwhile would be another one. */
    @Test
    void waitsForItsParticipantsHoweverShortItsDepartureTimeout() {
        Home home = takeOver(
                new RoomRecord(CREATED.toBuilder().setDepartureTimeout(0).build(), List.of(), true, Playout.NONE));
        assertThat(home.nextDeadlineNs()).isEqualTo(nowNs + 30 * SECOND_NS);
    }

    @Test
    void waitsForItsFirstParticipantIfThereWasNone() {
        Home home = takeOver(record(false));
        assertThat(home.nextDeadlineNs()).isEqualTo(nowNs + 300 * SECOND_NS);
        assertThat(port.view().record().wasJoined()).isFalse();
    }

    @Test
    void itsAgentsAreDispatchedAgainUnderTheirOldIds() {
        Home home = takeOver(record(true, dispatch("AD_1", "nurse", false), dispatch("AD_2", "", true)));
        assertThat(port.offered)
                .as("nobody waits for agents that nobody asked for")
                .extracting(offer -> offer.job().getDispatchId() + " "
                        + offer.job().getType() + " " + offer.job().getMetadata())
                .containsExactly("AD_1 " + JobType.JT_ROOM + " for nurse");
        assertThat(home.agents().list("")).extracting(AgentDispatch::getId).containsExactly("AD_1", "AD_2");
        assertThat(port.view().record().dispatches())
                .containsExactly(dispatch("AD_1", "nurse", false), dispatch("AD_2", "", true));
    }

    @Test
    void whatTheNextNodeGetsChangesWithTheRoom() {
        Home home = takeOver(record(false, dispatch("AD_1", "nurse", false)));
        home.call(
                nowNs,
                CreateAgentDispatchRequest.newBuilder().setAgentName("scribe").build(),
                new Answered());
        home.call(
                nowNs,
                DeleteAgentDispatchRequest.newBuilder().setDispatchId("AD_1").build(),
                new Answered());
        join(home, "alice");
        RoomRecord record = port.view().record();
        assertThat(record.wasJoined()).isTrue();
        assertThat(record.dispatches())
                .extracting(dispatch -> dispatch.info().getAgentName())
                .containsExactly("scribe");
        home.close(DisconnectReason.MIGRATION, livekit.LivekitRtc.LeaveRequest.Action.RECONNECT);
        assertThat(port.events)
                .as("a room that moves does not finish")
                .noneMatch(RoomEvent.RoomFinished.class::isInstance);
    }

    private static final class Answered implements CallResult {
        @Override
        public void answer(Message response) {}

        @Override
        public void refuse(ApiError why) {
            throw new AssertionError(why);
        }
    }

    private static final class Port implements ShardPort, AgentPort {
        final List<RoomEvent> events = new ArrayList<>();
        final List<RoomView> views = new ArrayList<>();
        final List<JobOffer> offered = new ArrayList<>();

        /** What the last that joined was told. */
        HomeToSeat.@Nullable Admitted admitted;

        RoomView view() {
            return views.getLast();
        }

        @Override
        public void publish(RoomName room, RoomView view) {
            views.add(view);
        }

        @Override
        public void emit(RoomEvent event) {
            events.add(event);
        }

        @Override
        public AgentPort agents() {
            return this;
        }

        @Override
        public Set<String> namespaces(JobType type, String agentName, String deployment) {
            return Set.of();
        }

        @Override
        public void offer(JobOffer offer) {
            if (offer.job().getType() == JobType.JT_ROOM) {
                offered.add(offer);
            }
        }

        @Override
        public void terminate(String jobId) {}

        @Override
        public void send(int shard, ShardMessage message) {
            if (message instanceof ShardMessage.ToSeats(var seats, HomeToSeat.Admitted told)) {
                admitted = told;
            }
        }

        @Override
        public boolean sendLossy(int shard, Object source, int sizeBytes, ShardMessage message) {
            return true;
        }

        @Override
        public void relay(int shard, int handle, MediaPacket packet) {
            throw new AssertionError("homes have no media");
        }

        @Override
        public void withdraw(RoomName room, long epoch) {}
    }
}
