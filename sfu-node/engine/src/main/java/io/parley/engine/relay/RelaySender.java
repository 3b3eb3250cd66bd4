// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.relay;

import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.TrackConsumer;

/** Carries a track to another shard, every layer and unrewritten; subscribers are served from the copy over there. */
final class RelaySender implements TrackConsumer {
    private final ShardPort port;
    private final int toShard;
    private final int handle;

    RelaySender(ShardPort port, int toShard, int handle) {
        this.port = port;
        this.toShard = toShard;
        this.handle = handle;
    }

    int handle() {
        return handle;
    }

    @Override
    public void onPacket(long nowNs, MediaPacket packet) {
        port.relay(toShard, handle, packet);
    }

    /** Nobody over there is to blame: the publisher ends, and its track with it. */
    @Override
    public void onBug(Throwable bug) {
        throw new IllegalStateException("relay to shard " + toShard, bug);
    }

    void report(int layer, long ntp, int rtpTime, long atNs) {
        ShardMessage report = new ShardMessage.RelayReport(handle, layer, ntp, rtpTime, atNs);
        port.sendLossy(
                toShard, handle, 0, report); // the next one says it too; whoever reports all the time fills no queue
    }
}
