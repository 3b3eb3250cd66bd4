// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.relay;

import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.track.ForwardDrop;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.TrackHost;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.buf.IntMap;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tracks that one shard can forward: those published by its own seats, and mirrors of tracks on other shards, fed
 * by relays that are opened by the first subscriber and closed by the last. Owned by the shard.
 */
public final class TrackRegistry {
    /** A subscriber that waits for a track to be available here. */
    public interface Watcher {
        void onTrack(long nowNs, UpTrack track);

        /** It, or the track for all who watch it, threw: its owner ends it. */
        void onBug(Throwable bug);
    }

    /** A track of another shard. */
    private static final class Mirror {
        final String trackSid;
        final int publisherShard;

        /** What its packets come under: ours to pick, never used for two mirrors at a time. */
        int handle;

        final List<Watcher> watchers = new ArrayList<>();

        /** Null until the publisher's shard has answered. */
        @Nullable
        UpTrack track;

        Mirror(String trackSid, int publisherShard) {
            this.trackSid = trackSid;
            this.publisherShard = publisherShard;
        }
    }

    /** A track of ours and the shards it is relayed to. */
    private static final class Local {
        final UpTrack track;
        final Map<Integer, RelaySender> relays = new HashMap<>();

        Local(UpTrack track) {
            this.track = track;
        }
    }

    private final int shard;
    private final ShardPort port;
    private final Map<String, Local> locals = new HashMap<>();
    private final Map<String, Mirror> mirrors = new HashMap<>();
    private final IntMap<Mirror> byHandle = new IntMap<>();
    private final TrackHost host = new TrackHost();
    private int lastHandle;

    public TrackRegistry(int shard, ShardPort port) {
        this.shard = shard;
        this.port = port;
    }

    public int size() {
        return locals.size() + mirrors.size();
    }

    /** Of the tracks here, mirrors included. */
    public TrackHost host() {
        return host;
    }

    public void onDeadline(long nowNs) {
        DeadlineQueue<UpTrack> deadlines = host.deadlines();
        for (UpTrack track = deadlines.pollDue(nowNs); track != null; track = deadlines.pollDue(nowNs)) {
            track.onDeadline(nowNs);
        }
    }

    public void publish(String trackSid, UpTrack track) {
        locals.put(trackSid, new Local(track));
    }

    public void unpublish(String trackSid) {
        Local local = locals.remove(trackSid);
        if (local != null) {
            local.relays.values().forEach(local.track::removeConsumer);
        }
    }

    /** The publisher reported times for a layer: relays carry them on. */
    public void onSenderReport(String trackSid, int layer, long ntp, int rtpTime, long atNs) {
        Local local = locals.get(trackSid);
        if (local != null) {
            local.track.onSenderReport(layer, ntp, rtpTime, atNs);
            for (RelaySender relay : local.relays.values()) {
                relay.report(layer, ntp, rtpTime, atNs);
            }
        }
    }

    /** Tells the watcher of the track once it is here: at once if it is. */
    public void acquire(long nowNs, String trackSid, int publisherShard, Watcher watcher) {
        Local local = locals.get(trackSid);
        if (local != null) {
            watcher.onTrack(nowNs, local.track);
            return;
        }
        if (publisherShard == shard) {
            return; // gone: the home is about to say so
        }
        Mirror mirror = mirrors.get(trackSid);
        if (mirror == null) {
            mirror = new Mirror(trackSid, publisherShard);
            mirrors.put(trackSid, mirror);
            open(mirror);
        }
        mirror.watchers.add(watcher);
        if (mirror.track != null) {
            watcher.onTrack(nowNs, mirror.track);
        }
    }

    private void open(Mirror mirror) {
        do {
            lastHandle = lastHandle + 1 & Integer.MAX_VALUE;
        } while (byHandle.get(lastHandle) != null);
        mirror.handle = lastHandle;
        byHandle.put(lastHandle, mirror);
        port.send(mirror.publisherShard, new ShardMessage.RelayOpen(mirror.trackSid, shard, mirror.handle));
    }

    public void release(String trackSid, Watcher watcher) {
        Mirror mirror = mirrors.get(trackSid);
        if (mirror != null && mirror.watchers.remove(watcher) && mirror.watchers.isEmpty()) {
            mirrors.remove(trackSid);
            byHandle.remove(mirror.handle);
            port.send(mirror.publisherShard, new ShardMessage.RelayClose(trackSid, shard, mirror.handle));
        }
    }

    public void onRelayOpen(ShardMessage.RelayOpen open) {
        Local local = locals.get(open.trackSid());
        if (local == null) {
            return; // gone: the home is about to say so
        }
        RelaySender sender = new RelaySender(port, open.toShard(), open.handle());
        RelaySender before = local.relays.put(open.toShard(), sender);
        if (before != null) {
            local.track.removeConsumer(before);
        }
        port.send(
                open.toShard(),
                new ShardMessage.RelayOpened(open.handle(), local.track.codec(), local.track.clockRate()));
        local.track.addConsumer(sender);
    }

    public void onRelayClose(ShardMessage.RelayClose close) {
        Local local = locals.get(close.trackSid());
        RelaySender sender = local == null ? null : local.relays.get(close.toShard());
        if (local != null && sender != null && sender.handle() == close.handle()) {
            local.relays.remove(close.toShard());
            local.track.removeConsumer(sender);
        }
    }

    public void onRelayOpened(long nowNs, ShardMessage.RelayOpened opened) {
        Mirror mirror = byHandle.get(opened.handle());
        if (mirror == null || mirror.track != null) {
            return; // given up meanwhile
        }
        UpTrack track = new UpTrack(opened.codec(), opened.clockRate(), layer -> requestKeyFrame(mirror, layer), host);
        mirror.track = track;
        for (Watcher watcher : List.copyOf(mirror.watchers)) {
            if (!mirror.watchers.contains(watcher)) {
                continue; // gave it up because of what another did
            }
            try {
                watcher.onTrack(nowNs, track);
            } catch (RuntimeException | Error e) {
                watcher.onBug(e);
            }
        }
    }

    /** If it gets lost, the subscriber asks again. */
    private void requestKeyFrame(Mirror mirror, int layer) {
        ShardMessage request = new ShardMessage.RelayKeyFrame(mirror.trackSid, layer);
        port.sendLossy(mirror.publisherShard, mirror.trackSid, 0, request);
    }

    /** Messages between this shard and another got lost, and the other does the same: relays begin anew. */
    public void reset(int other) {
        for (Local local : locals.values()) {
            RelaySender sender = local.relays.remove(other);
            if (sender != null) {
                local.track.removeConsumer(sender);
            }
        }
        for (Mirror mirror : mirrors.values()) {
            if (mirror.publisherShard == other) {
                byHandle.remove(mirror.handle);
                open(mirror);
            }
        }
    }

    public void onRelayKeyFrame(long nowNs, String trackSid, int layer) {
        Local local = locals.get(trackSid);
        if (local != null) {
            local.track.requestKeyFrame(nowNs, layer);
        }
    }

    public void onRelayReport(ShardMessage.RelayReport report) {
        Mirror mirror = byHandle.get(report.handle());
        if (mirror != null && mirror.track != null) {
            mirror.track.onSenderReport(report.layer(), report.ntp(), report.rtpTime(), report.atNs());
        }
    }

    public void onRelayPacket(long nowNs, int handle, MediaPacket packet) {
        Mirror mirror = byHandle.get(handle);
        if (mirror == null || mirror.track == null) {
            host.drops().count(ForwardDrop.NO_TRACK);
            return;
        }
        try {
            mirror.track.onPacket(nowNs, packet);
        } catch (RuntimeException | Error e) {
            List.copyOf(mirror.watchers).forEach(watcher -> watcher.onBug(e)); // and the relay goes with the last
        }
    }
}
