// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.message.HomeToSeat;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Data packets of one kind for a client whose channel is not open yet, bounded in bytes, number and age: others may speak
 * as soon as the client is in the room, which is before it can hear. Owned by the seat's shard.
 */
final class WaitingData {
    private static final int MAX_PACKETS = 1024;

    /** As long as a client may take to connect. */
    private static final long MAX_AGE_NS = 15_000_000_000L;

    private record Entry(long atNs, HomeToSeat.Data packet) {}

    private final int maxBytes;

    /** What gives way to what when there is no more room. */
    private final boolean dropsOldest;

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private int bytes;
    private long dropped;

    WaitingData(int maxBytes, boolean dropsOldest) {
        this.maxBytes = maxBytes;
        this.dropsOldest = dropsOldest;
    }

    int bytes() {
        return bytes;
    }

    /** Packets given up so far. */
    long dropped() {
        return dropped;
    }

    void add(long nowNs, HomeToSeat.Data packet) {
        expire(nowNs);
        boolean isTooLarge = packet.encoded().length > maxBytes;
        while (dropsOldest && !isTooLarge && !entries.isEmpty() && !hasRoom(packet)) {
            removeFirst();
            dropped++;
        }
        if (hasRoom(packet)) {
            entries.add(new Entry(nowNs, packet));
            bytes += packet.encoded().length;
        } else {
            dropped++;
        }
    }

    private boolean hasRoom(HomeToSeat.Data packet) {
        return entries.size() < MAX_PACKETS && bytes + packet.encoded().length <= maxBytes;
    }

    private void expire(long nowNs) {
        for (Entry oldest = entries.peek();
                oldest != null && nowNs - oldest.atNs > MAX_AGE_NS;
                oldest = entries.peek()) {
            removeFirst();
            dropped++;
        }
    }

    /** The oldest one, taken out; null if none waits. */
    HomeToSeat.@Nullable Data poll(long nowNs) {
        expire(nowNs);
        return entries.isEmpty() ? null : removeFirst();
    }

    void clear() {
        entries.clear();
        bytes = 0;
    }

    private HomeToSeat.Data removeFirst() {
        HomeToSeat.Data packet = entries.remove().packet;
        bytes -= packet.encoded().length;
        return packet;
    }
}
