// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.parley.api.agent.AgentFields;
import io.parley.api.id.JobId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import io.parley.api.token.Limit;
import io.parley.cluster.RoomRouter;
import io.parley.room.admin.RoomAdmin;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import livekit.LivekitAgent.SimulateJobRequest;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitRoom.CreateRoomRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs that a worker asks for, to try itself: real ones, in a room that is made if there is none. */
public final class SimulatedJobs {
    private static final Logger log = LoggerFactory.getLogger(SimulatedJobs.class);

    private final RoomRouter router;
    private final RoomAdmin rooms;
    private final Limit roomName;
    private final RandomGenerator random;

    /** Who waits for one: not for two. */
    private final Set<Worker> waiting = ConcurrentHashMap.newKeySet();

    public SimulatedJobs(RoomRouter router, RoomAdmin rooms, Limit roomName, RandomGenerator random) {
        this.router = router;
        this.rooms = rooms;
        this.roomName = roomName;
        this.random = random;
    }

    void start(Worker worker, SimulateJobRequest request) {
        String wanted = request.getRoom().getName();
        if (roomName.isExceededBy(wanted) || !waiting.add(worker)) {
            return;
        }
        RoomName room = new RoomName(wanted.isEmpty() ? "simulated-" + JobId.random(random) : wanted);
        dispatch(room, worker).whenComplete((done, error) -> {
            waiting.remove(worker);
            if (error != null) {
                log.atInfo().addKeyValue("worker", worker.id).setCause(error).log("no simulated job");
            }
        });
    }

    private CompletionStage<Void> dispatch(RoomName room, Worker worker) {
        return rooms.exists(room)
                .thenCompose(exists -> router.place(room)
                        .thenCompose(route -> exists ? ask(route, worker) : create(route, worker))
                        .thenAccept(done -> {}));
    }

    private static CompletionStage<Void> ask(RoomRouter.Route route, Worker worker) {
        CreateAgentDispatchRequest request = CreateAgentDispatchRequest.newBuilder()
                .setAgentName(worker.kind.agentName())
                .setRoom(route.claim().room().value())
                .setUnknownFields(AgentFields.CREATE_DISPATCH.of(worker.kind.deployment(), Map.of()))
                .build();
        return route.call(RoomMethod.CREATE_DISPATCH, request, "").thenAccept(dispatched -> {});
    }

    /** With no other agent: a worker without a name would have two jobs. */
    private static CompletionStage<Void> create(RoomRouter.Route route, Worker worker) {
        RoomAgentDispatch agent = RoomAgentDispatch.newBuilder()
                .setAgentName(worker.kind.agentName())
                .setUnknownFields(AgentFields.ROOM_DISPATCH.of(worker.kind.deployment(), Map.of()))
                .build();
        CreateRoomRequest request = CreateRoomRequest.newBuilder()
                .setName(route.claim().room().value())
                .addAgents(agent)
                .build();
        return route.call(RoomMethod.CREATE_ROOM, request, "").thenAccept(made -> {});
    }
}
