// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.parley.api.agent.JobOffer;
import io.parley.api.id.NodeId;
import io.parley.api.token.ParticipantLimits;
import io.parley.cluster.AgentLink;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.NodeSelector;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryNodeLinks;
import io.parley.edge.security.ApiKeys;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.admin.RoomPresets;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

/** Jobs of a node that dies. */
class LostNodeTest {
    private static final NodeId NODE = new NodeId("ND_a");
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final Directory directory = new InMemoryDirectory(System::currentTimeMillis);
    private final InMemoryNodeLinks links = new InMemoryNodeLinks();
    private final BlockingQueue<ServerMessage> heard = new LinkedBlockingQueue<>();
    private final AtomicReference<AgentLink.Workers> stream = new AtomicReference<>();

    /** A node with nothing but jobs. */
    private NodeLink node() {
        AgentLink.Answers answers = (AgentLink.Answers) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AgentLink.Answers.class}, (proxy, method, args) -> null);
        return (NodeLink) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {NodeLink.class}, (proxy, method, args) -> {
                    if (method.getName().equals("openAgents")) {
                        stream.set((AgentLink.Workers) args[1]);
                        return answers;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private ServerMessage next(ServerMessage.MessageCase wanted) throws InterruptedException {
        ServerMessage message = heard.poll(30, TimeUnit.SECONDS);
        assertThat(message).as("the worker hears of %s", wanted).isNotNull();
        assertThat(message.getMessageCase()).isEqualTo(wanted);
        return message;
    }

    /** The agent stayed in a room that has another by now, and the job was never forgotten. */
    @Test
    void areOverOnceItIsAwayInTheDirectoryAndOverItsLink() throws InterruptedException {
        links.register(NODE, node());
        directory.announce(new NodeRecord(NODE, 1, "", "", 1, NodeLoad.NONE, false), LEASE);
        RoomRouter router = new RoomRouter(directory, links, new Placement("", NodeSelector.DEFAULT, new Random(1)));
        RoomAdmin rooms = new RoomAdmin(router, directory, true, false, ParticipantLimits.DEFAULTS, RoomPresets.NONE);
        try (AgentHandler agents = new AgentHandler(
                "door",
                "",
                directory,
                links,
                new AgentTokens(new ApiKeys(Map.of("key", "a secret of thirty-two characters or more"))),
                new SimulatedJobs(router, rooms, ParticipantLimits.DEFAULTS.roomName(), new Random(2)),
                ParticipantLimits.DEFAULTS,
                new Random(3))) {
            AtomicReference<Worker> worker = new AtomicReference<>();
            agents.run(() -> worker.set(agents.onRegister(
                    new WorkerConnection() {
                        @Override
                        public void send(ServerMessage message) {
                            heard.add(message);
                        }

                        @Override
                        public void close() {}
                    },
                    "key",
                    RegisterWorkerRequest.newBuilder().setType(JobType.JT_ROOM).build())));
            next(ServerMessage.MessageCase.REGISTER);
            Job job = Job.newBuilder()
                    .setId("AJ_1")
                    .setType(JobType.JT_ROOM)
                    .setRoom(Room.newBuilder().setName("demo"))
                    .build();
            stream.get().onOffer(new JobOffer(job, false));
            next(ServerMessage.MessageCase.AVAILABILITY);
            agents.run(() -> agents.onMessage(
                    worker.get(),
                    WorkerMessage.newBuilder()
                            .setAvailability(AvailabilityResponse.newBuilder()
                                    .setJobId("AJ_1")
                                    .setAvailable(true))
                            .build()));
            next(ServerMessage.MessageCase.ASSIGNMENT);
            AgentLink.Workers first = stream.getAndSet(null);
            first.onLost();
            await("the link is opened again while the node is announced").until(() -> stream.get() != null);
            assertThat(heard).as("only the link broke").isEmpty();
            directory.withdraw(NODE);
            stream.get().onLost();
            assertThat(next(ServerMessage.MessageCase.TERMINATION)
                            .getTermination()
                            .getJobId())
                    .isEqualTo("AJ_1");
        }
    }
}
