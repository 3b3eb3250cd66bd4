// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.parley.api.agent.AgentFields;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import livekit.LivekitAgent.MigrateJobRequest;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.SimulateJobRequest;
import livekit.LivekitAgent.UpdateJobStatus;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerPing;
import livekit.LivekitAgent.WorkerStatus;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers' sockets and the jobs of rooms, without media: scripted workers beside the API of a running process. */
class AgentIT {
    private static final ApiKeys KEYS = new ApiKeys(Map.of("devkey", "secret"));
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone();

    // ---- a worker ----

    private static final class Worker implements WebSocket.Listener, AutoCloseable {
        final BlockingQueue<ServerMessage> heard = new LinkedBlockingQueue<>();
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        private final boolean isJson;
        private final StringBuilder text = new StringBuilder();
        private final WebSocket socket;
        String id = "";

        Worker(boolean isJson) {
            this.isJson = isJson;
            this.socket = HTTP.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + token(VideoGrant.fromClaim(Map.of("agent", true))))
                    .buildAsync(URI.create("ws://127.0.0.1:" + STANDALONE.port() + "/agent"), this)
                    .join();
        }

        static Worker registered(JobType type, String agentName) throws Exception {
            return registered(new Worker(false), type, agentName, "");
        }

        static Worker registered(Worker worker, JobType type, String agentName, String namespace) throws Exception {
            worker.send(WorkerMessage.newBuilder()
                    .setRegister(RegisterWorkerRequest.newBuilder()
                            .setType(type)
                            .setAgentName(agentName)
                            .setNamespace(namespace)
                            .setVersion("1.8")));
            ServerMessage answer = worker.next();
            assertThat(answer.hasRegister()).isTrue();
            assertThat(answer.getRegister().getServerInfo().getAgentProtocol()).isEqualTo(1);
            worker.id = answer.getRegister().getWorkerId();
            assertThat(worker.id).startsWith("AW_");
            return worker;
        }

        synchronized void send(WorkerMessage.Builder message) throws InvalidProtocolBufferException {
            if (isJson) {
                socket.sendText(JsonFormat.printer().print(message), true).join();
            } else {
                socket.sendBinary(ByteBuffer.wrap(message.build().toByteArray()), true)
                        .join();
            }
        }

        ServerMessage next() throws InterruptedException {
            ServerMessage message = heard.poll(30, TimeUnit.SECONDS);
            assertThat(message).as("a message from the server").isNotNull();
            return message;
        }

        Job asked() throws InterruptedException {
            ServerMessage message = next();
            assertThat(message.hasAvailability()).as("%s", message).isTrue();
            return message.getAvailability().getJob();
        }

        void answer(Job job, boolean isAvailable) throws InvalidProtocolBufferException {
            send(WorkerMessage.newBuilder()
                    .setAvailability(AvailabilityResponse.newBuilder()
                            .setJobId(job.getId())
                            .setAvailable(isAvailable)
                            .setParticipantIdentity("agent-" + job.getId())
                            .setParticipantName("Agent")
                            .putParticipantAttributes("k", "v")));
        }

        JobAssignment accept(Job job) throws Exception {
            answer(job, true);
            ServerMessage message = next();
            assertThat(message.hasAssignment()).as("%s", message).isTrue();
            return message.getAssignment();
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean isLast) {
            assertThat(isJson).isFalse();
            try {
                heard.add(ServerMessage.parseFrom(data));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean isLast) {
            text.append(data);
            if (isLast) {
                ServerMessage.Builder message = ServerMessage.newBuilder();
                try {
                    JsonFormat.parser().merge(text.toString(), message);
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException(e);
                }
                heard.add(message.build());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            closed.complete(null);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.complete(null);
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    // ---- the API ----

    private static String token(VideoGrant grant) {
        return AccessTokens.mint(KEYS, "devkey", "tester", grant, Instant.now().minusSeconds(1), Duration.ofHours(1));
    }

    private static HttpResponse<byte[]> post(String method, VideoGrant grant, Message request) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STANDALONE.port() + "/twirp/livekit." + method))
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer " + token(grant))
                        .header("Content-Type", "application/protobuf")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(request.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    @SuppressWarnings("unchecked") // a message's parser makes messages of its type
    private static <M extends Message> M call(String method, Map<String, Object> grant, Message request, M response)
            throws Exception {
        HttpResponse<byte[]> answer = post(method, VideoGrant.fromClaim(grant), request);
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return (M) response.getParserForType().parseFrom(answer.body());
    }

    private static Room createRoom(String name, String... agents) throws Exception {
        CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder().setName(name);
        for (String agent : agents) {
            request.addAgents(RoomAgentDispatch.newBuilder().setAgentName(agent));
        }
        return call("RoomService/CreateRoom", Map.of("roomCreate", true), request.build(), Room.getDefaultInstance());
    }

    private static void deleteRoom(String name) throws Exception {
        call(
                "RoomService/DeleteRoom",
                Map.of("roomCreate", true),
                DeleteRoomRequest.newBuilder().setRoom(name).build(),
                DeleteRoomResponse.getDefaultInstance());
    }

    private static Map<String, Object> admin(String room) {
        return Map.of("roomAdmin", true, "room", room);
    }

    private static AgentDispatch dispatch(String room, String agentName) throws Exception {
        return call(
                "AgentDispatchService/CreateDispatch",
                admin(room),
                CreateAgentDispatchRequest.newBuilder()
                        .setRoom(room)
                        .setAgentName(agentName)
                        .setMetadata("for " + agentName)
                        .build(),
                AgentDispatch.getDefaultInstance());
    }

    private static ListAgentDispatchResponse dispatches(String room) throws Exception {
        return call(
                "AgentDispatchService/ListDispatch",
                admin(room),
                ListAgentDispatchRequest.newBuilder().setRoom(room).build(),
                ListAgentDispatchResponse.getDefaultInstance());
    }

    private static AgentDispatch delete(AgentDispatch dispatch) throws Exception {
        return call(
                "AgentDispatchService/DeleteDispatch",
                admin(dispatch.getRoom()),
                DeleteAgentDispatchRequest.newBuilder()
                        .setRoom(dispatch.getRoom())
                        .setDispatchId(dispatch.getId())
                        .build(),
                AgentDispatch.getDefaultInstance());
    }

    private static JobStatus statusOfFirstJob(String room) throws Exception {
        return stateOfFirstJob(room).getStatus();
    }

    private static JobState stateOfFirstJob(String room) throws Exception {
        return dispatches(room).getAgentDispatches(0).getState().getJobsList().stream()
                .findFirst()
                .map(Job::getState)
                .orElseGet(JobState::getDefaultInstance);
    }

    // ---- what holds ----

    @Test
    void aRoomThatStartsHasAJobAndTheWorkerATokenForIt() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "speaker")) {
            Room room = createRoom("starts", "speaker");
            Job asked = worker.asked();
            assertThat(asked.getId()).startsWith("AJ_");
            assertThat(asked.getDispatchId()).startsWith("AD_");
            assertThat(asked.getRoom().getSid()).isEqualTo(room.getSid());
            assertThat(asked.getAgentName()).isEqualTo("speaker");
            assertThat(asked.getState().getStatus()).isEqualTo(JobStatus.JS_RUNNING);
            assertThat(asked.getState().getWorkerId()).isEqualTo(worker.id);

            JobAssignment assignment = worker.accept(asked);
            assertThat(assignment.getJob().getId()).isEqualTo(asked.getId());
            assertThat(assignment.hasUrl()).isFalse();
            JWTClaimsSet claims = SignedJWT.parse(assignment.getToken()).getJWTClaimsSet();
            Grants grants = Grants.fromClaims(claims.getClaims());
            assertThat(grants.apiKey()).isEqualTo("devkey");
            assertThat(grants.identity()).isEqualTo("agent-" + asked.getId());
            assertThat(grants.name()).isEqualTo("Agent");
            assertThat(grants.kind()).isEqualTo(ParticipantInfo.Kind.AGENT);
            assertThat(grants.attributes())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("k", "v", "lk.agent_name", "speaker"));
            assertThat(grants.video())
                    .isEqualTo(VideoGrant.fromClaim(Map.of(
                            "room",
                            "starts",
                            "roomJoin",
                            true,
                            "agent",
                            true,
                            "canPublish",
                            true,
                            "canSubscribe",
                            true,
                            "canPublishData",
                            true,
                            "canUpdateOwnMetadata",
                            true)));
            assertThat(claims.getExpirationTime().toInstant())
                    .isBetween(Instant.now().plusSeconds(3_500), Instant.now().plusSeconds(3_600));

            assertThat(statusOfFirstJob("starts")).isEqualTo(JobStatus.JS_RUNNING);
            deleteRoom("starts");
            assertThat(worker.next().getTermination().getJobId()).isEqualTo(asked.getId());
        }
    }

    @Test
    void aWorkerWithoutANameHasJobsOfRoomsThatNameNobody() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "")) {
            createRoom("somebody", "else");
            createRoom("nobody");
            assertThat(worker.asked().getRoom().getName()).isEqualTo("nobody");
        }
        deleteRoom("somebody");
        deleteRoom("nobody");
    }

    /** LiveKit's TestAgentNamespaces. */
    @Test
    void eachNamespaceHasItsOwnJob() throws Exception {
        try (Worker one = Worker.registered(new Worker(false), JobType.JT_ROOM, "spaced", "one");
                Worker two = Worker.registered(new Worker(false), JobType.JT_ROOM, "spaced", "two")) {
            createRoom("namespaces", "spaced");
            assertThat(one.asked().getId()).isNotEqualTo(two.asked().getId());
            deleteRoom("namespaces");
            assertThat(one.heard).isEmpty();
        }
    }

    @Test
    void aWorkerThatSpeaksJsonIsAnsweredInJson() throws Exception {
        try (Worker worker = Worker.registered(new Worker(true), JobType.JT_ROOM, "json", "")) {
            createRoom("json", "json");
            assertThat(worker.accept(worker.asked()).getToken()).isNotEmpty();
            worker.send(
                    WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(42)));
            ServerMessage pong = worker.next();
            assertThat(pong.getPong().getLastTimestamp()).isEqualTo(42);
            assertThat(pong.getPong().getTimestamp()).isPositive();
        }
        deleteRoom("json");
    }

    @Test
    void whatOneWorkerRefusesAnotherIsAsked() throws Exception {
        try (Worker one = Worker.registered(JobType.JT_ROOM, "picky");
                Worker two = Worker.registered(JobType.JT_ROOM, "picky")) {
            createRoom("refused", "picky");
            Awaitility.await("one of them is asked").until(() -> one.heard.size() + two.heard.size() == 1);
            Worker first = one.heard.isEmpty() ? two : one;
            Worker second = first == one ? two : one;
            Job job = first.asked();
            first.answer(job, false);
            assertThat(second.accept(second.asked()).getJob().getId()).isEqualTo(job.getId());
        }
        deleteRoom("refused");
    }

    @Test
    void aJobThatAWorkerTurnsDownForAllIsDone() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "judge")) {
            createRoom("turned down", "judge");
            Job job = worker.asked();
            worker.send(WorkerMessage.newBuilder()
                    .setAvailability(AvailabilityResponse.newBuilder()
                            .setJobId(job.getId())
                            .setTerminate(true)));
            Awaitility.await("the job ends").until(() -> statusOfFirstJob("turned down") == JobStatus.JS_SUCCESS);
        }
        deleteRoom("turned down");
    }

    @Test
    void anAgentThatIsAskedForComesAsSoonAsAWorkerDoes() throws Exception {
        createRoom("early", "late");
        dispatch("early", "late");
        assertThat(dispatches("early").getAgentDispatchesList())
                .hasSize(2)
                .allSatisfy(dispatch ->
                        assertThat(dispatch.getState().getJobsCount()).isZero());
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "late")) {
            Job one = worker.asked();
            Job two = worker.asked();
            assertThat(one.getId()).isNotEqualTo(two.getId());
        }
        deleteRoom("early");
    }

    @Test
    void aJobOfAWorkerThatIsGoneIsDoneByAnother() throws Exception {
        Worker lost = Worker.registered(JobType.JT_ROOM, "mortal");
        createRoom("lost", "mortal");
        JobAssignment assignment = lost.accept(lost.asked());
        try (Worker next = Worker.registered(JobType.JT_ROOM, "mortal")) {
            lost.close();
            ServerMessage again = next.next();
            assertThat(again.getAvailability().getResuming()).isTrue();
            assertThat(again.getAvailability().getJob().getId())
                    .isEqualTo(assignment.getJob().getId());
        }
        deleteRoom("lost");
    }

    /** As livekit-agents does when its connection breaks: its agents go on meanwhile. */
    @Test
    void aWorkerThatRegistersAnewKeepsItsJobs() throws Exception {
        Worker lost = Worker.registered(JobType.JT_ROOM, "steady");
        createRoom("kept", "steady");
        Job job = lost.accept(lost.asked()).getJob();
        lost.close();
        try (Worker back = Worker.registered(JobType.JT_ROOM, "steady")) {
            back.send(WorkerMessage.newBuilder()
                    .setMigrateJob(MigrateJobRequest.newBuilder().addJobIds(job.getId())));
            Awaitility.await("the job is the new worker's")
                    .until(() -> stateOfFirstJob("kept").getWorkerId().equals(back.id));
            assertThat(stateOfFirstJob("kept").getParticipantIdentity()).isEqualTo("agent-" + job.getId());
            back.send(WorkerMessage.newBuilder()
                    .setUpdateJob(
                            UpdateJobStatus.newBuilder().setJobId(job.getId()).setStatus(JobStatus.JS_SUCCESS)));
            Awaitility.await("the job ends").until(() -> statusOfFirstJob("kept") == JobStatus.JS_SUCCESS);
        }
        deleteRoom("kept");
    }

    @Test
    void aWorkerThatIsFullGetsNothing() throws Exception {
        try (Worker full = Worker.registered(JobType.JT_ROOM, "tired");
                Worker other = Worker.registered(JobType.JT_ROOM, "tired")) {
            full.send(WorkerMessage.newBuilder()
                    .setUpdateWorker(UpdateWorkerStatus.newBuilder().setStatus(WorkerStatus.WS_FULL)));
            full.send(WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(1)));
            assertThat(full.next().hasPong()).isTrue();
            for (int i = 0; i < 8; i++) {
                createRoom("full" + i, "tired");
                other.accept(other.asked());
            }
            assertThat(full.heard).isEmpty();
            for (int i = 0; i < 8; i++) {
                deleteRoom("full" + i);
            }
        }
    }

    @Test
    void aWorkerSaysWhenItsJobIsOver() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "brief")) {
            createRoom("brief", "brief");
            Job job = worker.accept(worker.asked()).getJob();
            worker.send(WorkerMessage.newBuilder()
                    .setUpdateJob(UpdateJobStatus.newBuilder()
                            .setJobId(job.getId())
                            .setStatus(JobStatus.JS_FAILED)
                            .setError("no voice")));
            Awaitility.await("the job ends").until(() -> statusOfFirstJob("brief") == JobStatus.JS_FAILED);
            assertThat(dispatches("brief")
                            .getAgentDispatches(0)
                            .getState()
                            .getJobs(0)
                            .getState()
                            .getError())
                    .isEqualTo("no voice");
        }
        deleteRoom("brief");
    }

    @Test
    void dispatchesAreMadeListedAndDeleted() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "helper")) {
            AgentDispatch made = dispatch("dispatched", "helper");
            assertThat(made.getId()).startsWith("AD_");
            assertThat(made.getRoom()).isEqualTo("dispatched");
            assertThat(made.getMetadata()).isEqualTo("for helper");
            Job job = worker.accept(worker.asked()).getJob();
            assertThat(job.getDispatchId()).isEqualTo(made.getId());
            assertThat(job.getMetadata()).isEqualTo("for helper");
            assertThat(dispatches("dispatched").getAgentDispatchesList())
                    .extracting(AgentDispatch::getAgentName)
                    .containsExactly("", "helper");
            AgentDispatch deleted = delete(made);
            assertThat(deleted.getState().getDeletedAt()).isPositive();
            assertThat(worker.next().getTermination().getJobId()).isEqualTo(job.getId());
        }
        deleteRoom("dispatched");
    }

    @Test
    void dispatchesAreRefusedAsLiveKitDoesIt() throws Exception {
        CreateAgentDispatchRequest request = CreateAgentDispatchRequest.newBuilder()
                .setRoom("refusals")
                .setAgentName("a")
                .build();
        String create = "AgentDispatchService/CreateDispatch";
        assertThat(status(create, admin("another"), request)).isEqualTo("401 unauthenticated");
        assertThat(status(create, Map.of("roomJoin", true, "room", "refusals"), request))
                .isEqualTo("401 unauthenticated");
        UnknownFieldSet.Field deployment = UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8("a_b"))
                .build();
        assertThat(status(
                        create,
                        admin("refusals"),
                        request.toBuilder()
                                .setUnknownFields(UnknownFieldSet.newBuilder()
                                        .addField(5, deployment)
                                        .build())
                                .build()))
                .isEqualTo("400 invalid_argument");
        UnknownFieldSet tooLong = AgentFields.CREATE_DISPATCH.of("", Map.of("k", "v".repeat(65_536)));
        UnknownFieldSet noPairs = UnknownFieldSet.newBuilder()
                .addField(
                        6,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("\n\5"))
                                .build())
                .build();
        for (UnknownFieldSet attributes : List.of(tooLong, noPairs)) {
            assertThat(status(
                            create,
                            admin("refusals"),
                            request.toBuilder().setUnknownFields(attributes).build()))
                    .isEqualTo("400 invalid_argument");
        }
        assertThat(status(
                        create,
                        admin("refusals"),
                        request.toBuilder().setAgentName("x".repeat(300)).build()))
                .isEqualTo("400 invalid_argument");
        DeleteAgentDispatchRequest delete = DeleteAgentDispatchRequest.newBuilder()
                .setRoom("refusals")
                .setDispatchId("AD_none")
                .build();
        assertThat(status("AgentDispatchService/DeleteDispatch", admin("refusals"), delete))
                .isEqualTo("404 not_found");
        createRoom("refusals");
        assertThat(status("AgentDispatchService/DeleteDispatch", admin("refusals"), delete))
                .isEqualTo("404 not_found");
        deleteRoom("refusals");
    }

    private static String status(String method, Map<String, Object> grant, Message request) throws Exception {
        HttpResponse<byte[]> answer = post(method, VideoGrant.fromClaim(grant), request);
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        return answer.statusCode() + " " + body.replaceAll(".*\"code\":\"([a-z_]+)\".*", "$1");
    }

    @Test
    void aSimulatedJobIsARealOne() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "tested")) {
            worker.send(WorkerMessage.newBuilder()
                    .setSimulateJob(SimulateJobRequest.newBuilder()
                            .setRoom(Room.newBuilder().setName("simulated"))));
            assertThat(worker.accept(worker.asked()).getJob().getRoom().getName())
                    .isEqualTo("simulated");
        }
        deleteRoom("simulated");
    }

    @Test
    void onlyWorkersTokensOpenTheSocket() {
        assertThatThrownBy(() -> HTTP.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + token(VideoGrant.join("room")))
                        .buildAsync(
                                URI.create("ws://127.0.0.1:" + STANDALONE.port() + "/agent"),
                                new WebSocket.Listener() {})
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(401));
    }

    /** Whoever has a worker's token. */
    @Test
    void aWorkerThatDoesNotRegisterProperlyIsClosed() throws Exception {
        try (Worker hasty = new Worker(false)) {
            hasty.send(
                    WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(1)));
            hasty.closed.get(30, TimeUnit.SECONDS);
        }
        try (Worker longNamed = new Worker(false)) {
            longNamed.send(WorkerMessage.newBuilder()
                    .setRegister(RegisterWorkerRequest.newBuilder().setAgentName("x".repeat(300))));
            longNamed.closed.get(30, TimeUnit.SECONDS);
        }
        try (Worker silent = new Worker(false)) {
            silent.closed.get(30, TimeUnit.SECONDS);
        }
    }

    /** Whoever has a worker's token: its agent could not join, and the room would wait for it. */
    @Test
    void anAgentThatCouldNotJoinFailsItsJob() throws Exception {
        try (Worker worker = Worker.registered(JobType.JT_ROOM, "boastful")) {
            createRoom("boastful", "boastful");
            worker.send(WorkerMessage.newBuilder()
                    .setAvailability(AvailabilityResponse.newBuilder()
                            .setJobId(worker.asked().getId())
                            .setAvailable(true)
                            .setParticipantIdentity("x".repeat(300))));
            Awaitility.await("the job ends").until(() -> statusOfFirstJob("boastful") == JobStatus.JS_FAILED);
        }
        deleteRoom("boastful");
    }
}
