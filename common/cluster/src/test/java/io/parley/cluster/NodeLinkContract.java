// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomMethod;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.ScriptedNode.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.RoomMovedResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every adapter of the node link keeps. */
public abstract class NodeLinkContract {
    protected final ScriptedNode node = new ScriptedNode(new NodeId("ND_a"));

    /** Leads to {@link #node}. */
    protected abstract NodeLink link();

    /** What a listener heard, in order. */
    public static class Heard implements SignalLink.Listener {
        public final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void onResponse(byte[] frame) {
            events.add(new String(frame, UTF_8));
        }

        @Override
        public void onClaims(RoomName room, ParticipantInfo participant) {
            events.add(room);
            events.add(participant);
        }

        @Override
        public void onRoomMoved(RoomMovedResponse moved) {
            events.add(moved);
        }

        @Override
        public void onRefused(ApiError error) {
            events.add(error);
        }

        @Override
        public void onClosed() {
            events.add("closed");
        }

        @Override
        public void onLost() {
            events.add("lost");
        }

        public @Nullable Object next() throws InterruptedException {
            return events.poll(10, TimeUnit.SECONDS);
        }
    }

    protected static SessionStart start(RoomName room) {
        return new SessionStart(
                new RoomClaim(room, new NodeId("ND_a"), 42),
                ParticipantInfo.newBuilder()
                        .setIdentity("älice")
                        .setMetadata("{}")
                        .build(),
                ClientInfo.newBuilder().setVersion("2.0").build(),
                true,
                JoinRequest.newBuilder().setReconnect(true).build(),
                CreateRoomRequest.newBuilder().setEmptyTimeout(5).build(),
                RECORD);
    }

    protected static final RoomRecord RECORD = new RoomRecord(
            Room.newBuilder().setSid("RM_lost").setMetadata("the record").build(),
            List.of(new RoomRecord.Dispatch(
                    AgentDispatch.newBuilder().setAgentName("nurse").build(), true)),
            true,
            new Playout(100, 500, true));

    protected static final RoomName ROOM = new RoomName("demo");

    protected Session opened() throws InterruptedException {
        Session session = node.sessions.poll(10, TimeUnit.SECONDS);
        assertThat(session).as("the node hears of the session").isNotNull();
        return session;
    }

    @Test
    void aSessionStartsAsTheFrontDoorSaysIt() throws InterruptedException {
        link().open(start(ROOM), new Heard());
        assertThat(opened().start).isEqualTo(start(ROOM));
    }

    @Test
    void framesPassBothWaysInOrder() throws InterruptedException {
        Heard heard = new Heard();
        SignalLink.Requests requests = link().open(start(ROOM), heard);
        Session session = opened();
        for (int i = 0; i < 500; i++) {
            requests.send(("up " + i).getBytes(UTF_8));
            session.listener.onResponse(("down " + i).getBytes(UTF_8));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(session.frames.poll(10, TimeUnit.SECONDS))
                    .asString(UTF_8)
                    .isEqualTo("up " + i);
            assertThat(heard.next()).isEqualTo("down " + i);
        }
    }

    @Test
    void theNodeEndsAStreamAfterItsLastFrame() throws InterruptedException {
        Heard heard = new Heard();
        link().open(start(ROOM), heard);
        Session session = opened();
        session.listener.onResponse("leave".getBytes(UTF_8));
        session.listener.onClosed();
        assertThat(heard.next()).isEqualTo("leave");
        assertThat(heard.next()).isEqualTo("closed");
    }

    @Test
    void theNodeHearsThatTheClientIsGone() throws Exception {
        SignalLink.Requests requests = link().open(start(ROOM), new Heard());
        Session session = opened();
        requests.send("last words".getBytes(UTF_8));
        requests.close();
        session.closed.get(10, TimeUnit.SECONDS);
        assertThat(session.frames.poll()).asString(UTF_8).isEqualTo("last words");
    }

    @Test
    void aRefusedSessionSaysWhy() throws InterruptedException {
        Heard heard = new Heard();
        link().open(start(ScriptedNode.FULL), heard);
        assertThat(heard.next()).isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
    }

    private static void isTheRefusal(ApiError error) {
        assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
        assertThat(error.fault()).isEqualTo(ApiError.Fault.CALLER);
        assertThat(error).hasMessage("nö: full");
    }

    /** What a room-service heard of jobs, in order. */
    public static class Jobs implements AgentLink.Workers {
        public final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

        @Override
        public void onOffer(JobOffer offer) {
            heard.add(offer);
        }

        @Override
        public void onTerminate(String jobId) {
            heard.add(jobId);
        }

        @Override
        public void onLost() {
            heard.add("lost");
        }

        public @Nullable Object next() throws InterruptedException {
            return heard.poll(10, TimeUnit.SECONDS);
        }
    }

    protected ScriptedNode.WorkerStream workers() throws InterruptedException {
        ScriptedNode.WorkerStream workers = node.workers.poll(10, TimeUnit.SECONDS);
        assertThat(workers).as("the node hears of the workers").isNotNull();
        return workers;
    }

    @Test
    void jobsAndWhatComesOfThemPassInOrder() throws Exception {
        Jobs jobs = new Jobs();
        AgentLink.Answers answers = link().openAgents("door", jobs);
        ScriptedNode.WorkerStream workers = workers();
        assertThat(workers.roomService).isEqualTo("door");
        List<Object> told = List.of(
                List.of(
                        new WorkerPool(new WorkerKind(JobType.JT_PUBLISHER, "ns", "agént", "blue"), 3, 2, 0.75),
                        new WorkerPool(new WorkerKind(JobType.JT_ROOM, "", "", ""), 1, 0, 0)),
                new JobReport.Assigned("AJ_1", "AW_1", "agent"),
                "AJ_2",
                new JobReport.Ended("AJ_1", "AW_1", JobStatus.JS_FAILED, "why"),
                new JobReport.WorkerLost("AJ_3", "AW_2"),
                Map.entry("AJ_3", "AW_3"),
                List.of());
        for (Object message : told) {
            switch (message) {
                case JobReport report -> answers.report(report);
                case String declined -> answers.decline(declined);
                case Map.Entry<?, ?> claim -> answers.claim((String) claim.getKey(), (String) claim.getValue());
                default -> answers.tell(pools(message));
            }
        }
        JobOffer offer =
                new JobOffer(Job.newBuilder().setId("AJ_1").setMetadata("m").build(), true);
        workers.listener.onOffer(offer);
        workers.listener.onTerminate("AJ_1");
        for (Object message : told) {
            assertThat(workers.heard.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
        }
        assertThat(jobs.next()).isEqualTo(offer);
        assertThat(jobs.next()).isEqualTo("AJ_1");
        answers.close();
        workers.closed.get(10, TimeUnit.SECONDS);
    }

    @SuppressWarnings("unchecked") // the only lists that are told
    private static List<WorkerPool> pools(Object message) {
        return (List<WorkerPool>) message;
    }

    @Test
    void whatATokenShouldSayComesInOrderWithTheResponses() throws InterruptedException {
        Heard heard = new Heard();
        link().open(start(ROOM), heard);
        Session session = opened();
        ParticipantInfo claims = ParticipantInfo.newBuilder().setName("Älice").build();
        session.listener.onResponse("before".getBytes(UTF_8));
        RoomMovedResponse moved = RoomMovedResponse.newBuilder()
                .setRoom(Room.newBuilder().setName("hall"))
                .build();
        session.listener.onClaims(ROOM, claims);
        session.listener.onRoomMoved(moved);
        session.listener.onResponse("after".getBytes(UTF_8));
        assertThat(heard.next()).isEqualTo("before");
        assertThat(heard.next()).isEqualTo(ROOM);
        assertThat(heard.next()).isEqualTo(claims);
        assertThat(heard.next()).isEqualTo(moved);
        assertThat(heard.next()).isEqualTo("after");
    }

    /** A ping has a second, or half of one where the connection is new: a busy machine may need several. */
    public static void awaitAnswer(NodeLink link) {
        await("the node answers")
                .until(() -> link.ping()
                        .handle((pong, error) -> error == null)
                        .toCompletableFuture()
                        .get());
    }

    @Test
    void commandsBringTheirResults() {
        RoomClaim claim = new RoomClaim(ROOM, new NodeId("ND_a"), 42);
        CreateRoomRequest creation =
                CreateRoomRequest.newBuilder().setMetadata("m").build();
        assertThat(get(link().call(claim, null, RoomMethod.CREATE_ROOM, creation, "r")))
                .isEqualTo(Room.newBuilder()
                        .setName("demo")
                        .setSid("ND_a42r")
                        .setMetadata("m")
                        .build());
        assertThat(get(link().call(claim, RECORD, RoomMethod.CREATE_ROOM, creation, ""))
                        .getMetadata())
                .as("of a room that lost its node")
                .isEqualTo("the record");
        assertThat(get(link().call(claim, null, RoomMethod.DELETE_ROOM, DeleteRoomRequest.getDefaultInstance(), "")))
                .isEqualTo(DeleteRoomResponse.getDefaultInstance());
        assertThat(get(link().participants(ROOM)))
                .extracting(ParticipantInfo::getIdentity)
                .containsExactly("alice", "bob");
        assertThat(get(link().participant(ROOM, "älice")).getIdentity()).isEqualTo("älice");
        assertThat(get(link().findMoved(ROOM, "älice", "PA_1")))
                .hasValue(new MovedParticipant(new RoomName("hall"), "PA_1 of älice"));
        assertThat(get(link().findMoved(ROOM, "bob", "PA_1"))).isEmpty();
        awaitAnswer(link());
        assertThat(link().id()).isEqualTo(node.id());
    }

    @Test
    void aNodeSaysWhichRoomsItHas() {
        node.lastEpoch = 42;
        NodeLink link = link();
        assertThat(get(link.hosts(new RoomClaim(ROOM, link.id(), 42)))).isTrue();
        assertThat(get(link.hosts(new RoomClaim(ROOM, link.id(), 43)))).isFalse();
        assertThat(get(link.hosts(new RoomClaim(ROOM, new NodeId("ND_other"), 42))))
                .isFalse();
        assertThatThrownBy(() -> get(link.hosts(new RoomClaim(ScriptedNode.FULL, link.id(), 42))))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
    }

    @Test
    void aNodeIsDrainedAndTakesRoomsAgain() {
        get(link().drain(Duration.ofMinutes(7)));
        get(link().undrain());
        assertThat(node.drains).containsExactly(420_000L, -1L);
    }

    @Test
    void aRefusedCommandSaysWhy() {
        NodeLink link = link();
        assertThatThrownBy(() -> get(link.participants(ScriptedNode.FULL)))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
        assertThatThrownBy(() -> get(link.findMoved(ScriptedNode.FULL, "alice", "PA_1")))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
        assertThatThrownBy(() -> get(link.participant(ScriptedNode.FULL, "alice")))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
        assertThatThrownBy(() -> get(link.call(
                        new RoomClaim(ScriptedNode.FULL, new NodeId("ND_a"), 42),
                        null,
                        RoomMethod.CREATE_ROOM,
                        CreateRoomRequest.getDefaultInstance(),
                        "")))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
    }
}
