// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.track.MediaPacket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelayRingDrainTest {
    private final RelayRing ring = new RelayRing();
    private final List<Integer> handled = new ArrayList<>();
    private final List<Throwable> bugs = new ArrayList<>();

    /** A relayed packet that a shard can't handle was polled again for ever, and no other track came from that shard. */
    @Test
    void aPacketThatThrowsIsPassedOver() {
        for (int handle = 1; handle <= 3; handle++) {
            ring.offer(handle, packet());
        }
        drain();
        assertThat(handled).containsExactly(1, 3);
        assertThat(bugs).hasSize(1);
        assertThat(ring.offer(4, packet())).as("the consumer is woken again").isTrue();
        drain();
        assertThat(handled).containsExactly(1, 3, 4);
    }

    private void drain() {
        ring.drain(
                new MediaPacket(),
                (handle, packet) -> {
                    if (handle == 2) {
                        throw new IllegalStateException("a bug");
                    }
                    handled.add(handle);
                },
                bugs::add);
    }

    private static MediaPacket packet() {
        MediaPacket packet = new MediaPacket();
        packet.buf = new byte[10];
        packet.len = 10;
        return packet;
    }
}
