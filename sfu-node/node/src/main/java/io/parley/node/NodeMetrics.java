// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.shard.EngineCounter;
import io.parley.engine.shard.Histogram;
import io.parley.engine.shard.Shard;
import io.parley.engine.track.ForwardDrop;
import io.parley.rtc.peer.DropReason;
import io.parley.rtc.peer.PeerCounter;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import livekit.LivekitModels.TrackType;

/**
 * The node's numbers for Prometheus, under LiveKit's names where LiveKit has them. They are sums of what the loops count;
 * nothing is counted here.
 */
public final class NodeMetrics implements MeterBinder {
    private static final double NS_IN_MS = 1e6;

    private final SfuNode node;

    /** @param histograms where those go, which are counted by the loops and so can't be Micrometer's */
    public NodeMetrics(SfuNode node, PrometheusRegistry histograms) {
        this.node = node;
        register(
                histograms,
                "livekit_forward_latency_ns",
                "From the read of a packet's batch to the end of its write. Beyond 20 ms: too few cores for the load",
                1,
                ShardLoop::forwardLatency);
        register(
                histograms,
                "livekit_session_start_time_ms",
                "From a join's arrival until its media could flow. Above 2,000: clients hardly reach the UDP ports",
                NS_IN_MS,
                loop -> shard(loop).counters().startTimes());
    }

    private static Shard shard(ShardLoop loop) {
        Shard shard = loop.shard();
        if (shard == null) {
            throw new IllegalStateException("metrics of a node that has not started");
        }
        return shard;
    }

    private void register(
            PrometheusRegistry registry, String name, String help, double unit, Function<ShardLoop, Histogram> source) {
        Collector collector = () -> snapshot(name, help, unit, source);
        registry.register(collector);
    }

    private HistogramSnapshot snapshot(String name, String help, double unit, Function<ShardLoop, Histogram> source) {
        double[] bounds = new double[0];
        long[] counts = new long[0];
        double sum = 0;
        for (ShardLoop loop : node.shards()) {
            Histogram histogram = source.apply(loop);
            long[] more = histogram.counts();
            if (counts.length == 0) {
                bounds = Arrays.stream(histogram.upperBounds())
                        .mapToDouble(bound -> bound / unit)
                        .toArray();
                counts = new long[more.length];
            }
            for (int i = 0; i < counts.length; i++) {
                counts[i] += more[i];
            }
            sum += histogram.sum() / unit;
        }
        double[] upperBounds = Arrays.copyOf(bounds, bounds.length + 1);
        upperBounds[bounds.length] = Double.POSITIVE_INFINITY;
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(upperBounds, toNumbers(counts)))
                        .sum(sum)
                        .build())
                .build();
    }

    private static Number[] toNumbers(long[] counts) {
        return Arrays.stream(counts).boxed().toArray(Number[]::new);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        now(meters, "livekit.room", "Rooms now", SfuNode::roomCount);
        now(meters, "livekit.participant", "Participants now", SfuNode::participantCount);
        for (TrackType kind : new TrackType[] {TrackType.AUDIO, TrackType.VIDEO}) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            now(meters, "livekit.track.published", "Published tracks now", n -> count(n, kind), "kind", name);
        }
        transfer(meters, "incoming", "initial", PeerCounter.PACKETS_IN, PeerCounter.BYTES_IN);
        transfer(meters, "incoming", "retransmit", PeerCounter.RTX_PACKETS_IN, PeerCounter.RTX_BYTES_IN);
        transfer(meters, "outgoing", "initial", PeerCounter.PACKETS_OUT, PeerCounter.BYTES_OUT);
        transfer(meters, "outgoing", "retransmit", PeerCounter.RTX_PACKETS_OUT, PeerCounter.RTX_BYTES_OUT);
        String nacks = "Packets asked for again. A growing share of all packets: a bad network, ours or theirs";
        peers(meters, "livekit.nack", nacks, PeerCounter.NACKS_IN, "direction", "incoming");
        peers(meters, "livekit.nack", nacks, PeerCounter.NACKS_OUT, "direction", "outgoing");
        String plis = "Key frames asked for. More than one a second for each track: pictures freeze";
        peers(meters, "livekit.pli", plis, PeerCounter.PLIS_IN, "direction", "incoming");
        peers(meters, "livekit.pli", plis, PeerCounter.PLIS_OUT, "direction", "outgoing");
        sessions(meters, "rtc_init", n -> n.events().count(RoomEvent.ParticipantJoined.class));
        sessions(meters, "rtc_active", n -> n.events().count(RoomEvent.ParticipantActive.class));
        sessions(
                meters,
                "rtc_resumed",
                n -> sum(n, loop -> shard(loop).counters().get(EngineCounter.SESSIONS_RESUMED)));
        gauge(
                meters,
                "livekit.forward.latency",
                "Moving average of the worst shard, ns",
                () -> worst(Histogram::average));
        gauge(
                meters,
                "livekit.forward.jitter",
                "Deviation from that of the worst shard, ns",
                () -> worst(Histogram::deviation));
        for (DropReason reason : DropReason.values()) {
            counter(
                    meters,
                    "rtp.packets.dropped",
                    "Packets that went no further. NOT_AUTHENTIC or UNKNOWN_ADDRESS in numbers: somebody is trying",
                    loop -> shard(loop).peerCounters().get(reason),
                    "reason",
                    reason.name().toLowerCase(Locale.ROOT));
        }
        for (ForwardDrop reason : ForwardDrop.values()) {
            counter(
                    meters,
                    "parley.forward.dropped",
                    "Packets that a track did not hand on. OTHER_LAYER is simulcast at work; OVERWRITTEN: rings too small",
                    loop -> shard(loop).forwardDrops().get(reason),
                    "reason",
                    reason.name().toLowerCase(Locale.ROOT));
        }
        counter(
                meters,
                "parley.commands.refused",
                "Commands that a shard's full queue refused. Above 0: an overloaded shard",
                ShardLoop::refusedCommands);
        counter(
                meters,
                "parley.messages.lost",
                "Messages between shards that may not get lost and were. Above 0: clients were made to join afresh",
                ShardLoop::lostMessages);
        counter(
                meters,
                "parley.messages.dropped",
                "Data packets and reports that a shard far behind did not take. Above 0: an overloaded shard, or a flood",
                ShardLoop::droppedMessages);
        counter(
                meters,
                "parley.relay.packets.dropped",
                "Packets of tracks that another shard was too far behind to take. Above 0: an overloaded shard",
                ShardLoop::droppedRelayPackets);
        counter(
                meters,
                "parley.datagrams.unsent",
                "Datagrams that a full socket refused. Above 0: more than the network takes",
                ShardLoop::unsentDatagrams);
        gauge(
                meters,
                "parley.agent.jobs",
                "Jobs of agents that are not over. Ever more: agents that are asked for and have no workers",
                node::jobCount);
        gauge(
                meters,
                "parley.duty.cycle.max.ns",
                "The longest that a loop was busy at a stretch since the last read. Above 20 ms: media stutters",
                () -> node.shards().stream()
                        .mapToLong(ShardLoop::takeBusiestNs)
                        .max()
                        .orElse(0));
    }

    private static long count(SfuNode node, TrackType kind) {
        return node.tracks().filter(track -> track.getType() == kind).count();
    }

    private double worst(Function<Histogram, Double> number) {
        return node.shards().stream()
                .mapToDouble(loop -> number.apply(loop.forwardLatency()))
                .max()
                .orElse(0);
    }

    private void transfer(
            MeterRegistry meters, String direction, String transmission, PeerCounter packets, PeerCounter bytes) {
        String[] tags = {"direction", direction, "transmission", transmission};
        peers(meters, "livekit.packet", "RTP packets", packets, tags);
        peers(meters, "livekit.packet.bytes", "Bytes of RTP packets", bytes, tags);
    }

    private void peers(MeterRegistry meters, String name, String help, PeerCounter counter, String... tags) {
        counter(meters, name, help, loop -> shard(loop).peerCounters().get(counter), tags);
    }

    private void sessions(MeterRegistry meters, String state, ToDoubleFunction<SfuNode> count) {
        String help =
                "Joins by how far they came. Many more rtc_init than rtc_active: clients don't reach the UDP ports";
        FunctionCounter.builder("livekit.participant.join", node, count)
                .description(help)
                .tags("state", state)
                .register(meters);
    }

    private static long sum(SfuNode node, ToLongFunction<ShardLoop> count) {
        return node.shards().stream().mapToLong(count).sum();
    }

    private void counter(
            MeterRegistry meters, String name, String help, ToLongFunction<ShardLoop> count, String... tags) {
        FunctionCounter.builder(name, node, n -> sum(n, count))
                .description(help)
                .tags(tags)
                .register(meters);
    }

    /** LiveKit calls these gauges _total, which the client keeps for counters; Prometheus stores both alike. */
    private void now(MeterRegistry meters, String name, String help, ToDoubleFunction<SfuNode> value, String... tags) {
        FunctionCounter.builder(name, node, value).description(help).tags(tags).register(meters);
    }

    private static void gauge(MeterRegistry meters, String name, String help, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).register(meters);
    }
}
