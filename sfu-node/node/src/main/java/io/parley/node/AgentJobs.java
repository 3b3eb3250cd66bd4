// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.agent.JobOffer;
import io.parley.api.agent.JobReport;
import io.parley.api.agent.WorkerKind;
import io.parley.api.id.RoomName;
import io.parley.cluster.AgentLink;
import io.parley.cluster.WorkerPool;
import io.parley.engine.message.AgentPort;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.JobType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of this node's rooms, each until a worker took it: offered to one room-service after the other, those with more
 * idle workers first, and again when workers come. What came of a job goes to its room's home. Loops call in; everything else
 * is done on a thread of its own.
 */
final class AgentJobs implements AgentPort, AutoCloseable {
    /** Jobs at a time, of all rooms. */
    static final int MAX_JOBS = 65_536;

    /** Offers that a room-service has not answered: the others wait here. */
    static final int MAX_OFFERS = 256;

    /** How long a room-service that went may stay away before its jobs are given to others: it may have lost its way only. */
    private static final Duration ABSENCE = Duration.ofSeconds(5);

    /** After which a room-service whose workers took no job is asked again. */
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration HOME_RETRY = Duration.ofMillis(100);

    private enum State {
        /** For a room-service with workers. */
        WAITING,
        /** One was asked. */
        OFFERED,
        /** A worker has it. */
        TAKEN,
        /** The worker is gone, and the home knows. */
        LOST
    }

    /** One job. */
    private static final class Entry {
        final JobOffer offer;
        final WorkerKind kind;
        State state = State.WAITING;

        /** Who was asked, or has the worker. */
        @Nullable
        Stream stream;

        /** Who has the job; "" before. */
        String workerId = "";

        /** The agent's; "" before. */
        String identity = "";

        /** Who says that it has the job, while another room-service does not know yet that it lost that worker. */
        @Nullable
        Claim claim;

        /** Who declined, and when they may be asked again. */
        final Map<Stream, Long> declinedUntilNs = new HashMap<>();

        Entry(JobOffer offer) {
            this.offer = offer;
            this.kind = WorkerKind.of(offer.job());
        }
    }

    /** Of a worker that registered anew. */
    private record Claim(Stream stream, String workerId) {}

    /** The way to one room-service. Its fields are the thread's. */
    private final class Stream implements AgentLink.Answers {
        final String roomService;
        final AgentLink.Workers workers;
        Map<WorkerKind, WorkerPool> pools = Map.of();

        /** Ids of jobs that it has not answered. */
        final Set<String> offered = new HashSet<>();

        Stream(String roomService, AgentLink.Workers workers) {
            this.roomService = roomService;
            this.workers = workers;
        }

        @Override
        public void tell(List<WorkerPool> told) {
            run(() -> onPools(this, told));
        }

        @Override
        public void decline(String jobId) {
            run(() -> onDeclined(this, jobId));
        }

        @Override
        public void report(JobReport report) {
            run(() -> onReport(this, report));
        }

        @Override
        public void claim(String jobId, String workerId) {
            run(() -> onClaim(jobId, new Claim(this, workerId)));
        }

        @Override
        public void close() {
            run(() -> onClosed(this));
        }
    }

    private static final Logger log = LoggerFactory.getLogger(AgentJobs.class);

    private final BiPredicate<RoomName, JobReport> homes;
    private final RandomGenerator random;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofVirtual().name("agent-jobs").factory());
    private final AtomicInteger jobs = new AtomicInteger();

    /** Namespaces by kind, whose own namespace is ""; for the loops. */
    private volatile Map<WorkerKind, Set<String>> namespaces = Map.of();

    // ---- the thread's ----

    private final Map<String, Entry> entries = new HashMap<>();

    /** Those that wait, by kind and in order. */
    private final Map<WorkerKind, Map<String, Entry>> waiting = new HashMap<>();

    private final Map<String, Stream> streams = new LinkedHashMap<>();

    /** By room, reports that its home was too busy to take, in order: one may be about what another says. */
    private final Map<RoomName, Queue<JobReport>> untold = new HashMap<>();

    /** @param homes takes a report to the home of the room, or not if that is too busy */
    AgentJobs(BiPredicate<RoomName, JobReport> homes, RandomGenerator random) {
        this.homes = homes;
        this.random = random;
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // the node is going
        tick();
    }

    private void tick() {
        retry();
        later(TICK, this::tick);
    }

    private void run(Runnable task) {
        later(Duration.ZERO, task);
    }

    private void later(Duration delay, Runnable task) {
        thread.schedule(() -> turn(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void turn(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.atError().setCause(e).log("the jobs of agents failed to handle an input");
        }
    }

    // ---- from loops ----

    @Override
    public Set<String> namespaces(JobType type, String agentName, String deployment) {
        return namespaces.getOrDefault(new WorkerKind(type, "", agentName, deployment), Set.of());
    }

    @Override
    public void offer(JobOffer offer) {
        if (jobs.incrementAndGet() > MAX_JOBS) {
            jobs.decrementAndGet();
            String error = "as many jobs of agents as may be are on this node (" + MAX_JOBS + ")";
            run(() -> tell(offer.room(), new JobReport.Ended(offer.id(), "", JobStatus.JS_FAILED, error)));
            return;
        }
        run(() -> onOffer(offer));
    }

    @Override
    public void terminate(String jobId) {
        run(() -> onTerminated(jobId));
    }

    // ---- from room-services ----

    AgentLink.Answers open(String roomService, AgentLink.Workers workers) {
        Stream stream = new Stream(roomService, workers);
        run(() -> onOpened(stream));
        return stream;
    }

    private void onOpened(Stream stream) {
        Stream before = streams.put(stream.roomService, stream);
        if (before != null) {
            abandon(before); // its loss has not shown yet
        }
    }

    private void onClosed(Stream stream) {
        if (streams.remove(stream.roomService, stream)) {
            abandon(stream);
        }
    }

    private void abandon(Stream stream) {
        updateNamespaces();
        for (Entry entry : List.copyOf(entries.values())) {
            entry.declinedUntilNs.remove(stream);
            if (entry.stream == stream) {
                switch (entry.state) {
                    case OFFERED -> await(entry);
                    case TAKEN -> later(ABSENCE, () -> giveUp(entry, stream));
                    case WAITING, LOST -> throw new IllegalStateException("nobody has it");
                }
            }
        }
    }

    private void giveUp(Entry entry, Stream stream) {
        if (entries.get(entry.offer.id()) == entry && entry.stream == stream) {
            lose(entry);
        }
    }

    private void lose(Entry entry) {
        Claim claim = entry.claim;
        entry.claim = null;
        if (claim != null && isOpen(claim.stream)) {
            give(entry, claim);
            return;
        }
        entry.state = State.LOST;
        entry.stream = null;
        tell(entry.offer.room(), new JobReport.WorkerLost(entry.offer.id(), entry.workerId));
    }

    /** A worker's socket broke and it has a new one, while its agents went on. What comes of its jobs is its to say again. */
    private void onClaim(String jobId, Claim claim) {
        Entry entry = entries.get(jobId);
        if (entry == null || entry.identity.isEmpty() || !isOpen(claim.stream)) {
            return; // nobody had it
        }
        Stream has = entry.stream;
        if (entry.state == State.TAKEN && has != null && has != claim.stream && isOpen(has)) {
            entry.claim = claim;
            return;
        }
        if (entry.state == State.OFFERED && has != null) {
            has.workers.onTerminate(jobId);
            onAnswered(has, jobId);
        }
        give(entry, claim);
    }

    private void give(Entry entry, Claim claim) {
        take(entry, claim.stream, claim.workerId);
        JobOffer offer = entry.offer;
        tell(offer.room(), new JobReport.Assigned(offer.id(), claim.workerId, entry.identity));
        JobState had = JobState.newBuilder()
                .setStatus(JobStatus.JS_RUNNING)
                .setWorkerId(claim.workerId)
                .setParticipantIdentity(entry.identity)
                .build();
        claim.stream.workers.onOffer(
                new JobOffer(offer.job().toBuilder().setState(had).build(), true));
    }

    private boolean isOpen(Stream stream) {
        return streams.get(stream.roomService) == stream;
    }

    private void onPools(Stream stream, List<WorkerPool> told) {
        if (!isOpen(stream)) {
            return;
        }
        Map<WorkerKind, WorkerPool> before = stream.pools;
        Map<WorkerKind, WorkerPool> pools = new LinkedHashMap<>();
        told.forEach(pool -> pools.put(pool.kind(), pool));
        stream.pools = pools;
        updateNamespaces();
        pools.forEach((kind, pool) -> {
            WorkerPool known = before.get(kind);
            if (pool.available() > (known == null ? 0 : known.available())) {
                onMoreWorkers(stream, kind);
            }
        });
    }

    private void updateNamespaces() {
        Map<WorkerKind, Set<String>> known = new HashMap<>();
        for (Stream stream : streams.values()) {
            for (WorkerKind kind : stream.pools.keySet()) {
                WorkerKind any = new WorkerKind(kind.type(), "", kind.agentName(), kind.deployment());
                known.computeIfAbsent(any, unused -> new HashSet<>()).add(kind.namespace());
            }
        }
        namespaces = known;
    }

    private void onMoreWorkers(Stream stream, WorkerKind kind) {
        for (Map.Entry<WorkerKind, Map<String, Entry>> queue : List.copyOf(waiting.entrySet())) {
            if (queue.getKey().isAlike(kind)) {
                queue.getValue().values().forEach(entry -> entry.declinedUntilNs.remove(stream));
                offerAll(queue.getValue());
            }
        }
    }

    private void onDeclined(Stream stream, String jobId) {
        Entry entry = entries.get(jobId);
        if (entry != null && entry.state == State.OFFERED && entry.stream == stream) {
            entry.declinedUntilNs.put(stream, System.nanoTime() + RETRY_INTERVAL.toNanos());
            await(entry);
        }
        onAnswered(stream, jobId);
    }

    private void onReport(Stream stream, JobReport report) {
        Entry entry = entries.get(report.jobId());
        if (entry == null) {
            if (report instanceof JobReport.Assigned) {
                stream.workers.onTerminate(report.jobId()); // it is over by now
            }
        } else if (report instanceof JobReport.Assigned assigned) {
            onAssigned(entry, stream, assigned);
        } else if (entry.stream == stream) {
            if (report instanceof JobReport.Ended) {
                remove(entry);
                tell(entry.offer.room(), report);
            } else if (report instanceof JobReport.WorkerLost lost && entry.workerId.equals(lost.workerId())) {
                lose(entry);
            }
        }
        onAnswered(stream, report.jobId());
    }

    /** An answer, or a room-service is back whose worker had the job all the time. */
    private void onAssigned(Entry entry, Stream stream, JobReport.Assigned assigned) {
        Stream has = entry.stream;
        if (has != null && has != stream && isOpen(has)) {
            stream.workers.onTerminate(assigned.jobId()); // another was faster
        } else {
            take(entry, stream, assigned.workerId());
            entry.identity = assigned.identity();
            tell(entry.offer.room(), assigned);
        }
    }

    private void take(Entry entry, Stream stream, String workerId) {
        stopWaiting(entry);
        entry.state = State.TAKEN;
        entry.stream = stream;
        entry.workerId = workerId;
        entry.declinedUntilNs.clear();
    }

    // ---- jobs ----

    private void onOffer(JobOffer offer) {
        Entry entry = new Entry(offer);
        Entry before = entries.get(offer.id());
        if (before != null) {
            entry.identity = before.identity;
            onTerminated(offer.id()); // the worker that had it, if it is still there
        }
        entries.put(offer.id(), entry);
        await(entry);
    }

    private void onTerminated(String jobId) {
        Entry entry = entries.get(jobId);
        if (entry == null) {
            return;
        }
        remove(entry);
        Stream stream = entry.stream;
        if (stream != null) {
            stream.workers.onTerminate(jobId);
            onAnswered(stream, jobId); // it has nothing more to say
        }
    }

    private void remove(Entry entry) {
        if (entries.remove(entry.offer.id(), entry)) {
            jobs.decrementAndGet();
        }
        stopWaiting(entry);
    }

    /** Offers the job if somebody may take it, or leaves it to wait. */
    private void await(Entry entry) {
        entry.state = State.WAITING;
        entry.stream = null;
        waiting.computeIfAbsent(entry.kind, kind -> new LinkedHashMap<>()).put(entry.offer.id(), entry);
        tryOffer(entry);
    }

    private void stopWaiting(Entry entry) {
        waiting.computeIfPresent(entry.kind, (kind, queue) -> {
            queue.remove(entry.offer.id());
            return queue.isEmpty() ? null : queue;
        });
    }

    private void retry() {
        List.copyOf(waiting.values()).forEach(this::offerAll);
    }

    private void offerAll(Map<String, Entry> queue) {
        if (streams.values().stream().anyMatch(stream -> stream.offered.size() < MAX_OFFERS)) {
            List.copyOf(queue.values()).forEach(this::tryOffer);
        }
    }

    /** A room-service has answered: perhaps others wait for that. */
    private void onAnswered(Stream stream, String jobId) {
        boolean wasFull = stream.offered.size() >= MAX_OFFERS;
        if (stream.offered.remove(jobId) && wasFull) {
            retry();
        }
    }

    private void tryOffer(Entry entry) {
        Stream stream = choose(entry);
        if (stream == null) {
            return;
        }
        stopWaiting(entry);
        entry.state = State.OFFERED;
        entry.stream = stream;
        stream.offered.add(entry.offer.id());
        stream.workers.onOffer(entry.offer);
    }

    private record Candidate(Stream stream, WorkerPool pool) {}

    /** By lot, as much as each can take: what it said of itself is a moment old, and the best would get everything. */
    private @Nullable Stream choose(Entry entry) {
        List<Candidate> candidates = candidates(entry, true);
        if (candidates.isEmpty() && entry.kind.namespace().isEmpty()) {
            candidates = candidates(entry, false); // it was made when no worker was there to say which
        }
        double sum = candidates.stream().mapToDouble(c -> c.pool.affinity()).sum();
        if (sum <= 0) { // all are busy, and some take more nevertheless
            return candidates.isEmpty() ? null : candidates.get(random.nextInt(candidates.size())).stream;
        }
        double drawn = random.nextDouble() * sum;
        for (Candidate candidate : candidates) {
            drawn -= candidate.pool.affinity();
            if (drawn < 0) {
                return candidate.stream;
            }
        }
        return candidates.stream()
                .max(Comparator.comparingDouble(c -> c.pool.affinity()))
                .orElseThrow()
                .stream;
    }

    private List<Candidate> candidates(Entry entry, boolean isExact) {
        long nowNs = System.nanoTime();
        List<Candidate> candidates = new ArrayList<>();
        for (Stream stream : streams.values()) {
            Long declinedUntilNs = entry.declinedUntilNs.get(stream);
            if (stream.offered.size() >= MAX_OFFERS || (declinedUntilNs != null && declinedUntilNs - nowNs > 0)) {
                continue;
            }
            stream.pools.values().stream()
                    .filter(pool -> pool.available() > 0)
                    .filter(pool -> isExact
                            ? pool.kind().equals(entry.kind)
                            : pool.kind().isAlike(entry.kind))
                    .findFirst()
                    .ifPresent(pool -> candidates.add(new Candidate(stream, pool)));
        }
        return candidates;
    }

    private void tell(RoomName room, JobReport report) {
        Queue<JobReport> reports = untold.computeIfAbsent(room, unused -> new ArrayDeque<>());
        reports.add(report);
        if (reports.size() == 1) {
            tell(room, reports);
        }
    }

    private void tell(RoomName room, Queue<JobReport> reports) {
        for (JobReport next = reports.peek(); next != null; next = reports.peek()) {
            if (!homes.test(room, next)) {
                later(HOME_RETRY, () -> tell(room, reports));
                return;
            }
            reports.remove();
        }
        untold.remove(room);
    }

    /** Jobs that are not over. */
    int count() {
        return jobs.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
