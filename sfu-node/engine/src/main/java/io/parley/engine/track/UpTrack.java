// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import io.parley.engine.layer.LayeredTrack;
import io.parley.engine.layer.LiveLayers;
import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.rtp.codec.Vp8Descriptor;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published track on this shard: up to three layers of stored payloads, and the consumers that each packet is handed
 * to. LiveKit: WebRTCReceiver. Fed by the publisher's seat, or by a relay from the shard where that is.
 */
public final class UpTrack implements LayeredTrack {
    /** Where key frames come from. */
    public interface Source {
        /** Throws nothing: whoever asks has no part in what goes wrong. */
        void requestKeyFrame(int layer);
    }

    /**
     * When the first packet of a key frame comes late, whoever enters there gets what came before it from the ring: not
     * more than this.
     */
    private static final int MAX_LATE_PACKETS = 256;

    /** LiveKit: waitBeforeSendPaddingOnMute. */
    private static final long SILENCE_NS = 100_000_000L;

    private static final int VIDEO_ENTRIES = 256;
    private static final int VIDEO_BYTES = 256 << 10;
    private static final int AUDIO_ENTRIES = 64;
    private static final int AUDIO_BYTES = 16 << 10;

    private final PayloadCodec codec;
    private final int clockRate;
    private final Source source;
    private final @Nullable UpLayer[] layers = new UpLayer[LiveLayers.MAX_LAYERS];
    private final LiveLayers liveLayers = new LiveLayers();
    private final Vp8Descriptor vp8 = new Vp8Descriptor();
    private long silenceAtNs = Deadline.NEVER;
    private final TrackHost host;
    private final DeadlineQueue.Entry<UpTrack> deadline = new DeadlineQueue.Entry<>(this);

    /** Replaced on change, so that the packet path iterates without a lock or a copy. */
    private TrackConsumer[] consumers = new TrackConsumer[0];

    public UpTrack(PayloadCodec codec, int clockRate, Source source, TrackHost host) {
        this.codec = codec;
        this.clockRate = clockRate;
        this.source = source;
        this.host = host;
    }

    public ForwardDrops drops() {
        return host.drops();
    }

    public PayloadCodec codec() {
        return codec;
    }

    public int clockRate() {
        return clockRate;
    }

    @Override
    public boolean isVideo() {
        return codec.isVideo();
    }

    @Override
    public LiveLayers liveLayers() {
        return liveLayers;
    }

    /** The layer, made on first use. @param index 0..2 */
    public UpLayer layer(int index) {
        UpLayer layer = layers[index];
        if (layer == null) {
            layer = new UpLayer(
                    isVideo() ? new PacketRing(VIDEO_ENTRIES, VIDEO_BYTES) : new PacketRing(AUDIO_ENTRIES, AUDIO_BYTES),
                    liveLayers.layer(index));
            layers[index] = layer;
        }
        return layer;
    }

    /** Stores the packet and hands it on; fills in {@link MediaPacket#isKeyFrame}. */
    public void onPacket(long nowNs, MediaPacket packet) {
        UpLayer layer = layer(packet.layer);
        packet.isPadding = packet.len == 0;
        if (layer.ring().find(packet.extSeq) >= 0) {
            host.drops().count(ForwardDrop.DUPLICATE);
            return;
        }
        packet.isKeyFrame = !packet.isPadding
                && codec.startsKeyFrame(vp8, packet.buf, packet.off, packet.len)
                && layer.highestSeq() - packet.extSeq <= MAX_LATE_PACKETS;
        if (!layer.onPacket(nowNs, packet)) {
            host.drops().count(ForwardDrop.SUPERSEDED);
            return;
        }
        if (!layer.ring().put(nowNs, packet)) {
            host.drops().count(ForwardDrop.TOO_LARGE);
            return;
        }
        TrackConsumer[] targets = consumers;
        for (int i = 0; i < targets.length; i++) {
            try {
                targets[i].onPacket(nowNs, packet);
            } catch (RuntimeException | Error e) {
                targets[i].onBug(e);
            }
        }
    }

    public void onSenderReport(int layer, long ntp, int rtpTime, long atNs) {
        layer(layer).onSenderReport(ntp, rtpTime, atNs);
    }

    /** Asks the publisher for a key frame: now, or as soon as {@link KeyFrameThrottle} allows it. */
    @Override
    public void requestKeyFrame(long nowNs, int layer) {
        if (layer(layer).keyFrameThrottle().tryAsk(nowNs)) {
            source.requestKeyFrame(layer);
        } else {
            schedule();
        }
    }

    /** A consumer wants {@link TrackConsumer#onSilence}. */
    void awaitSilence(long nowNs) {
        silenceAtNs = Deadline.earlier(silenceAtNs, nowNs + SILENCE_NS);
        schedule();
    }

    /** Asks for the key frames that are still wanted, and tells those who wait for packets. */
    public void onDeadline(long nowNs) {
        if (Deadline.isDue(silenceAtNs, nowNs)) {
            boolean isAwaited = false;
            for (TrackConsumer consumer : consumers) {
                try {
                    isAwaited |= consumer.onSilence(nowNs);
                } catch (RuntimeException | Error e) {
                    consumer.onBug(e);
                }
            }
            silenceAtNs = isAwaited ? nowNs + SILENCE_NS : Deadline.NEVER;
        }
        for (int i = 0; i < layers.length; i++) {
            UpLayer layer = layers[i];
            if (layer != null
                    && Deadline.isDue(layer.keyFrameThrottle().nextDeadlineNs(), nowNs)
                    && layer.keyFrameThrottle().tryAsk(nowNs)
                    && hasConsumers()) {
                source.requestKeyFrame(i);
            }
        }
        schedule();
    }

    private void schedule() {
        long nextNs = silenceAtNs;
        for (UpLayer layer : layers) {
            nextNs = layer == null
                    ? nextNs
                    : Deadline.earlier(nextNs, layer.keyFrameThrottle().nextDeadlineNs());
        }
        host.deadlines().update(deadline, nextNs);
    }

    public void addConsumer(TrackConsumer consumer) {
        consumers = Arrays.copyOf(consumers, consumers.length + 1);
        consumers[consumers.length - 1] = consumer;
    }

    public void removeConsumer(TrackConsumer consumer) {
        consumers = Arrays.stream(consumers).filter(c -> !c.equals(consumer)).toArray(TrackConsumer[]::new);
    }

    /** Layers that came, or were asked for, low to high. */
    public List<LayerDump> dump() {
        List<LayerDump> dumps = new ArrayList<>();
        for (UpLayer layer : layers) {
            if (layer != null) {
                dumps.add(layer.dump());
            }
        }
        return dumps;
    }

    public boolean hasConsumers() {
        return consumers.length > 0;
    }
}
