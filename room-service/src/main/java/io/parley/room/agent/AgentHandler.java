// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import io.parley.api.agent.AgentFields;
import io.parley.api.agent.AgentLimits;
import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.error.ApiError;
import io.parley.api.id.NodeId;
import io.parley.api.id.WorkerId;
import io.parley.api.signal.ServerVersion;
import io.parley.api.token.ParticipantLimits;
import io.parley.cluster.AgentLink;
import io.parley.cluster.Directory;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import livekit.LivekitAgent.AvailabilityRequest;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobAssignment;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobTermination;
import livekit.LivekitAgent.MigrateJobRequest;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.RegisterWorkerResponse;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.UpdateJobStatus;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerPong;
import livekit.LivekitModels.ParticipantPermission;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The workers of this process, and their jobs (LiveKit: AgentHandler). While it has workers, every node has a stream from
 * here on which it offers jobs: each is given to one worker after the other until one accepts. Everything is done on a thread
 * of its own.
 */
public final class AgentHandler implements AutoCloseable {
    /** In which a worker says whether it takes a job. */
    static final Duration AVAILABILITY_TIMEOUT = Duration.ofSeconds(10);

    /** Workers that say nothing before a job goes to another room-service. */
    private static final int MAX_TIMEOUTS = 3;

    /** How often nodes are looked for, as long as there are workers. */
    private static final Duration REFRESH_INTERVAL = Duration.ofMillis(500);

    /** Of what a worker says about itself: nodes hear of it together with what follows soon. */
    private static final Duration TELL_DELAY = Duration.ofMillis(20);

    /** For which a node may be away, in the directory and over its link, before its rooms are elsewhere with jobs of their own. */
    static final Duration NODE_PATIENCE = Duration.ofSeconds(5);

    private static final int MAX_ERROR_LENGTH = 1_024;

    /** Jobs that a worker claims when it registers anew; a worker process does dozens. */
    private static final int MAX_CLAIMS = 1_024;

    /** LiveKit's, of workers that ask for nothing else. */
    private static final ParticipantPermission DEFAULT_PERMISSION = ParticipantPermission.newBuilder()
            .setCanSubscribe(true)
            .setCanPublish(true)
            .setCanPublishData(true)
            .setCanUpdateMetadata(true)
            .build();

    private static final Logger log = LoggerFactory.getLogger(AgentHandler.class);

    private final String id;
    private final String region;
    private final Directory directory;
    private final NodeLinks links;
    private final AgentTokens tokens;
    private final SimulatedJobs simulatedJobs;
    private final ParticipantLimits limits;
    private final RandomGenerator random;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("agents").factory());
    private final Scheduler scheduler = Schedulers.fromExecutor(thread);
    private final LogThrottle failures = new LogThrottle();

    // ---- the thread's ----

    private final WorkerRegistry workers;
    private final Map<String, Assignment> jobs = new HashMap<>();
    private final Map<NodeId, NodeStream> streams = new HashMap<>();

    /** Nodes of jobs that are away, with System.nanoTime of when that was noticed. */
    private final Map<NodeId, Long> awaySinceNs = new HashMap<>();

    private boolean isTelling;

    /** @param id of this process */
    public AgentHandler(
            String id,
            String region,
            Directory directory,
            NodeLinks links,
            AgentTokens tokens,
            SimulatedJobs simulatedJobs,
            ParticipantLimits limits,
            RandomGenerator random) {
        this.id = id;
        this.region = region;
        this.directory = directory;
        this.links = links;
        this.tokens = tokens;
        this.simulatedJobs = simulatedJobs;
        this.limits = limits;
        this.random = random;
        this.workers = new WorkerRegistry(random);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // the process is going
        run(this::refreshAgain);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    void run(Runnable task) {
        later(Duration.ZERO, task);
    }

    void later(Duration delay, Runnable task) {
        thread.schedule(() -> turn(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    static void turn(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("the workers of agents failed to handle an input");
        }
    }

    // ---- from workers ----

    /** @return null if it is refused, and its connection closed */
    @Nullable
    Worker onRegister(WorkerConnection connection, String apiKey, RegisterWorkerRequest request) {
        String deployment = AgentFields.REGISTER_WORKER.deployment(request);
        try {
            AgentLimits.check(request.getAgentName(), deployment);
            AgentLimits.check(request.getNamespace(), "");
        } catch (ApiError refusal) {
            log.atInfo().addKeyValue("apiKey", apiKey).log("worker refused: {}", refusal.getMessage());
            connection.close();
            return null;
        }
        Worker worker = new Worker(
                WorkerId.random(random),
                new WorkerKind(request.getType(), request.getNamespace(), request.getAgentName(), deployment),
                apiKey,
                request.hasAllowedPermissions() ? request.getAllowedPermissions() : DEFAULT_PERMISSION,
                connection);
        workers.add(worker);
        // It is told once the nodes have been: a room that is made from then on has its job.
        refresh()
                .whenComplete((done, error) -> run(() -> {
                    tellNodes();
                    confirm(worker);
                }));
        log.atInfo()
                .addKeyValue("worker", worker.id)
                .addKeyValue("agent", worker.kind.agentName())
                .addKeyValue("type", worker.kind.type())
                .addKeyValue("version", clipped(request.getVersion()))
                .log("worker registered");
        return worker;
    }

    /** The answer to its registration, once. */
    private void confirm(Worker worker) {
        if (!worker.isConfirmed) {
            worker.isConfirmed = true;
            worker.connection.send(ServerMessage.newBuilder()
                    .setRegister(RegisterWorkerResponse.newBuilder()
                            .setWorkerId(worker.id.value())
                            .setServerInfo(ServerVersion.info(id, region)))
                    .build());
        }
    }

    void onMessage(Worker worker, WorkerMessage message) {
        switch (message.getMessageCase()) {
            case AVAILABILITY -> onAvailability(worker, message.getAvailability());
            case UPDATE_WORKER -> {
                worker.onUpdate(message.getUpdateWorker());
                tellNodesSoon();
            }
            case UPDATE_JOB -> onUpdateJob(worker, message.getUpdateJob());
            case PING ->
                worker.connection.send(ServerMessage.newBuilder()
                        .setPong(WorkerPong.newBuilder()
                                .setLastTimestamp(message.getPing().getTimestamp())
                                .setTimestamp(System.currentTimeMillis()))
                        .build());
            case SIMULATE_JOB -> simulatedJobs.start(worker, message.getSimulateJob());
            case MIGRATE_JOB -> onMigrate(worker, message.getMigrateJob());
            case REGISTER, MESSAGE_NOT_SET -> {
                // LiveKit does nothing about them either
            }
        }
    }

    private void onAvailability(Worker worker, AvailabilityResponse answer) {
        Assignment job = jobs.get(answer.getJobId());
        if (job == null || job.worker != worker || job.isRunning) {
            return; // it took too long
        }
        if (answer.getTerminate()) {
            end(job, JobStatus.JS_SUCCESS, "");
        } else if (answer.getAvailable()) {
            accept(job, worker, answer);
        } else {
            ask(job);
        }
    }

    private void accept(Assignment job, Worker worker, AvailabilityResponse answer) {
        String identity =
                answer.getParticipantIdentity().isEmpty() ? "agent-" + job.offer.id() : answer.getParticipantIdentity();
        if (!isWithinLimits(identity, answer)) {
            end(
                    job,
                    JobStatus.JS_FAILED,
                    "the worker's participant exceeds the limits of identity, name, metadata or" + " attributes");
            return;
        }
        job.isRunning = true;
        job.identity = identity;
        report(job, new JobReport.Assigned(job.offer.id(), worker.id.value(), identity));
        String room = job.offer.room().value();
        worker.connection.send(ServerMessage.newBuilder()
                .setAssignment(JobAssignment.newBuilder()
                        .setJob(running(job, worker))
                        .setToken(tokens.mint(worker, room, identity, answer)))
                .build());
        log.atInfo()
                .addKeyValue("room", room)
                .addKeyValue("job", job.offer.id())
                .addKeyValue("worker", worker.id)
                .log("job assigned");
    }

    private boolean isWithinLimits(String identity, AvailabilityResponse answer) {
        int attributes = ParticipantLimits.sizeOf(answer.getParticipantAttributesMap());
        return !limits.identity().isExceededBy(identity)
                && !limits.name().isExceededBy(answer.getParticipantName())
                && !limits.metadata().isExceededBy(answer.getParticipantMetadata())
                && !limits.attributes().isExceededBy(attributes);
    }

    private void onUpdateJob(Worker worker, UpdateJobStatus update) {
        Assignment job = jobs.get(update.getJobId());
        boolean isEnd = update.getStatus() == JobStatus.JS_SUCCESS || update.getStatus() == JobStatus.JS_FAILED;
        if (job != null && job.worker == worker && job.isRunning && isEnd) {
            end(job, update.getStatus(), update.getError());
        }
    }

    /** Jobs that it had before its socket broke, and has still. LiveKit passes this over. */
    private void onMigrate(Worker worker, MigrateJobRequest request) {
        request.getJobIdsList().stream().limit(MAX_CLAIMS).forEach(jobId -> {
            Assignment job = jobs.get(jobId);
            if (job == null || !job.isRunning) {
                streams.values().forEach(stream -> stream.answers().claim(jobId, worker.id.value()));
            } else if (WorkerKind.of(job.offer.job()).isAlike(worker.kind)) {
                job.worker = worker; // it is back before its loss shows
                report(job, new JobReport.Assigned(jobId, worker.id.value(), job.identity));
            }
        });
    }

    void onGone(Worker worker) {
        workers.remove(worker);
        log.atInfo()
                .addKeyValue("worker", worker.id)
                .addKeyValue("agent", worker.kind.agentName())
                .log("worker gone");
        for (Assignment job : List.copyOf(jobs.values())) {
            if (job.worker != worker) {
                continue;
            }
            if (job.isRunning) {
                jobs.remove(job.offer.id());
                report(job, new JobReport.WorkerLost(job.offer.id(), worker.id.value()));
            } else {
                ask(job);
            }
        }
        tellNodes();
    }

    // ---- jobs ----

    private void onOffer(NodeStream stream, JobOffer offer) {
        Assignment job = new Assignment(offer, stream.node);
        String claimant = offer.job().getState().getWorkerId();
        if (claimant.isEmpty()) {
            jobs.put(offer.id(), job);
            ask(job);
        } else {
            resume(job, claimant);
        }
    }

    /** The job goes on with the worker that claimed it, if that one is here still. */
    private void resume(Assignment job, String claimant) {
        Worker worker = workers.get(new WorkerId(claimant));
        if (worker == null || !WorkerKind.of(job.offer.job()).isAlike(worker.kind)) {
            report(job, new JobReport.WorkerLost(job.offer.id(), claimant));
            return;
        }
        job.worker = worker;
        job.isRunning = true;
        job.identity = job.offer.job().getState().getParticipantIdentity();
        jobs.put(job.offer.id(), job);
    }

    /** The next worker. */
    private void ask(Assignment job) {
        Worker worker = job.timeouts >= MAX_TIMEOUTS ? null : workers.choose(WorkerKind.of(job.offer.job()), job.asked);
        job.worker = worker;
        if (worker == null) {
            jobs.remove(job.offer.id(), job);
            NodeStream stream = streams.get(job.node);
            if (stream != null) {
                stream.answers().decline(job.offer.id());
            }
            return;
        }
        job.asked.add(worker.id);
        confirm(worker); // a node may have heard of the worker, by a stream that was opened meanwhile
        worker.connection.send(ServerMessage.newBuilder()
                .setAvailability(AvailabilityRequest.newBuilder()
                        .setJob(running(job, worker))
                        .setResuming(job.offer.isResumed()))
                .build());
        later(AVAILABILITY_TIMEOUT, () -> {
            if (jobs.get(job.offer.id()) == job && job.worker == worker && !job.isRunning) {
                job.timeouts++;
                ask(job);
            }
        });
    }

    /** As workers see it: it runs from the moment at which one is asked. */
    private static Job running(Assignment job, Worker worker) {
        Instant now = Instant.now();
        long nowNs = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        JobState.Builder state = job.offer.job().getState().toBuilder()
                .setStatus(JobStatus.JS_RUNNING)
                .setStartedAt(nowNs)
                .setUpdatedAt(nowNs)
                .setWorkerId(worker.id.value())
                .setParticipantIdentity(job.identity);
        return job.offer.job().toBuilder().setState(state).build();
    }

    private void end(Assignment job, JobStatus status, String error) {
        jobs.remove(job.offer.id(), job);
        Worker worker = job.worker;
        String workerId = job.isRunning && worker != null ? worker.id.value() : "";
        report(job, new JobReport.Ended(job.offer.id(), workerId, status, clipped(error)));
    }

    private static String clipped(String text) {
        return text.substring(0, Math.min(text.length(), MAX_ERROR_LENGTH));
    }

    private void report(Assignment job, JobReport report) {
        NodeStream stream = streams.get(job.node);
        if (stream != null) {
            stream.answers().report(report);
        }
    }

    private void onTerminate(String jobId) {
        Assignment job = jobs.remove(jobId);
        if (job != null && job.worker != null && job.isRunning) {
            job.worker.connection.send(ServerMessage.newBuilder()
                    .setTermination(JobTermination.newBuilder().setJobId(jobId))
                    .build());
        }
    }

    // ---- nodes ----

    /** The way from one node. */
    private final class NodeStream implements AgentLink.Workers {
        final NodeId node;
        private AgentLink.@Nullable Answers answers;
        List<WorkerPool> told = List.of();

        NodeStream(NodeId node) {
            this.node = node;
        }

        AgentLink.Answers answers() {
            if (answers == null) {
                throw new IllegalStateException("not open");
            }
            return answers;
        }

        @Override
        public void onOffer(JobOffer offer) {
            run(() -> AgentHandler.this.onOffer(this, offer));
        }

        @Override
        public void onTerminate(String jobId) {
            run(() -> AgentHandler.this.onTerminate(jobId));
        }

        @Override
        public void onLost() {
            run(() -> AgentHandler.this.onLost(this));
        }
    }

    private void onLost(NodeStream stream) {
        if (streams.remove(stream.node, stream)) {
            jobs.values().removeIf(job -> job.node.equals(stream.node) && !job.isRunning);
        }
    }

    private void refreshAgain() {
        if (workers.isEmpty()) {
            later(REFRESH_INTERVAL, this::refreshAgain);
            disconnect();
        } else {
            refresh().whenComplete((done, error) -> later(REFRESH_INTERVAL, this::refreshAgain));
        }
    }

    /** Nobody is here who could take a job. */
    private void disconnect() {
        streams.values().forEach(stream -> stream.answers().close());
        streams.clear();
    }

    /** Opens streams to the nodes that have none. */
    private CompletionStage<Void> refresh() {
        return directory
                .nodes()
                .thenAcceptAsync(nodes -> turn(() -> connect(nodes)), thread)
                .exceptionally(unreachable -> {
                    if (failures.tryPass()) {
                        log.atWarn().log("the directory can't be reached: workers get no jobs of nodes that are new");
                    }
                    return null;
                });
    }

    private void connect(List<NodeRecord> nodes) {
        endJobsOfLostNodes(nodes.stream().map(NodeRecord::id).collect(Collectors.toSet()));
        if (workers.isEmpty()) {
            return; // the last one went meanwhile
        }
        for (NodeRecord node : nodes) {
            if (!streams.containsKey(node.id())) {
                open(node);
            }
        }
    }

    /** Their agents would stay in rooms that have others by now. */
    private void endJobsOfLostNodes(Set<NodeId> announced) {
        Set<NodeId> away = jobs.values().stream()
                .map(job -> job.node)
                .filter(node -> !announced.contains(node) && !streams.containsKey(node))
                .collect(Collectors.toSet());
        long nowNs = System.nanoTime();
        awaySinceNs.keySet().retainAll(away);
        away.forEach(node -> awaySinceNs.putIfAbsent(node, nowNs));
        for (Assignment job : List.copyOf(jobs.values())) {
            Long sinceNs = awaySinceNs.get(job.node);
            if (sinceNs != null && nowNs - sinceNs > NODE_PATIENCE.toNanos()) {
                onTerminate(job.offer.id());
            }
        }
    }

    private void open(NodeRecord node) {
        NodeStream stream = new NodeStream(node.id());
        try {
            stream.answers = links.to(node).openAgents(id, stream);
        } catch (ApiError refusal) {
            return; // the next refresh tries again
        }
        streams.put(node.id(), stream);
        for (Assignment job : jobs.values()) {
            if (job.node.equals(node.id()) && job.isRunning && job.worker != null) {
                report(job, new JobReport.Assigned(job.offer.id(), job.worker.id.value(), job.identity));
            }
        }
        tell(stream, workers.pools());
    }

    private void tellNodesSoon() {
        if (!isTelling) {
            isTelling = true;
            later(TELL_DELAY, this::tellNodes);
        }
    }

    private void tellNodes() {
        isTelling = false;
        List<WorkerPool> pools = workers.pools();
        streams.values().forEach(stream -> tell(stream, pools));
    }

    private static void tell(NodeStream stream, List<WorkerPool> pools) {
        if (!pools.equals(stream.told)) {
            stream.told = pools;
            stream.answers().tell(pools);
        }
    }

    /** Workers connect elsewhere. */
    @Override
    public void close() {
        run(() -> workers.all().forEach(worker -> worker.connection.close()));
        thread.shutdown();
    }
}
