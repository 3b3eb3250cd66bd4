// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.cluster.ScriptedNode.Session;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRtc.JoinRequest;
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
                JoinRequest.newBuilder().setReconnect(true).build());
    }

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

    @Test
    void commandsBringTheirResults() {
        RoomClaim claim = new RoomClaim(ROOM, new NodeId("ND_a"), 42);
        Room room = get(link().createRoom(
                        claim, CreateRoomRequest.newBuilder().setMetadata("m").build()));
        assertThat(room)
                .isEqualTo(Room.newBuilder()
                        .setName("demo")
                        .setSid("ND_a42")
                        .setMetadata("m")
                        .build());
        assertThat(get(link().participants(ROOM)))
                .extracting(ParticipantInfo::getIdentity)
                .containsExactly("alice", "bob");
        assertThat(get(link().participant(ROOM, "älice")).getIdentity()).isEqualTo("älice");
        get(link().deleteRoom(ROOM));
        get(link().removeParticipant(ROOM, "alice"));
        get(link().ping());
        assertThat(link().id()).isEqualTo(node.id());
    }

    @Test
    void aRefusedCommandSaysWhy() {
        NodeLink link = link();
        assertThatThrownBy(() -> get(link.participants(ScriptedNode.FULL)))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
        assertThatThrownBy(() -> get(link.participant(ScriptedNode.FULL, "alice")))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
        assertThatThrownBy(() -> get(link.deleteRoom(ScriptedNode.FULL)))
                .isInstanceOfSatisfying(ApiError.class, NodeLinkContract::isTheRefusal);
    }
}
