// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.track.MediaPacket;
import org.junit.jupiter.api.Test;

class RelayRingTest {
    private final RelayRing ring = new RelayRing();
    private final MediaPacket packet = new MediaPacket();

    @Test
    void keepsOrderAndContentAndWakesOnceForABurst() {
        assertThat(offer(1)).isTrue();
        assertThat(offer(2)).isFalse();
        ring.onWoken();
        MediaPacket out = new MediaPacket();
        for (int i = 1; i <= 2; i++) {
            assertThat(ring.poll(out)).isEqualTo(70 + i);
            assertThat(out.extSeq).isEqualTo(1000L + i);
            assertThat(out.buf[out.off]).isEqualTo((byte) i);
            assertThat(out.hasMarker).isEqualTo(i == 2);
            ring.release();
        }
        assertThat(ring.poll(out)).isEqualTo(RelayRing.EMPTY);
        assertThat(offer(3)).isTrue();
    }

    @Test
    void dropsAndCountsWhenFull() {
        for (int i = 0; i < 2000; i++) {
            offer(i);
        }
        assertThat(ring.dropped()).isEqualTo(2000 - 1024);
        ring.onWoken();
        MediaPacket out = new MediaPacket();
        assertThat(ring.poll(out)).isEqualTo(70);
        ring.release();
        assertThat(offer(5)).isTrue();
    }

    private boolean offer(int i) {
        packet.extSeq = 1000L + i;
        packet.hasMarker = i == 2;
        packet.buf = new byte[] {(byte) i};
        packet.len = 1;
        return ring.offer(70 + i, packet);
    }
}
