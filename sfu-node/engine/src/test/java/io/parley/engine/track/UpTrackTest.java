// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpTrackTest {
    private static final long MS = 1_000_000L;

    private final TrackHost host = new TrackHost();
    private final DeadlineQueue<UpTrack> deadlines = host.deadlines();
    private final List<Long> askedMs = new ArrayList<>();
    private final UpTrack track = new UpTrack(PayloadCodec.VP8, 90_000, layer -> askedMs.add(this.nowNs / MS), host);
    private final MediaPacket packet = new MediaPacket();
    private final TrackConsumer consumer = new TrackConsumer() {
        @Override
        public void onPacket(long atNs, MediaPacket unused) {}

        @Override
        public void onBug(Throwable bug) {
            throw new AssertionError(bug);
        }
    };
    private long nowNs = 1000 * MS;
    private long seq = 70_000;

    /**
     * Any subscriber may send PLIs as fast as it likes. The throttle used to forget its last request when a key frame
     * came, so that each round trip cost the publisher one.
     */
    @Test
    void asksAtABoundedRateThoughEachRequestIsAnsweredAtOnce() {
        track.addConsumer(consumer);
        for (int i = 0; i < 1000; i++) {
            int before = askedMs.size();
            track.requestKeyFrame(nowNs, 0);
            if (askedMs.size() > before) {
                packet(0, true);
            }
            passMs(10);
        }
        assertThat(askedMs).hasSize(21);
    }

    @Test
    void asksAtOnceTheFirstTimeAndLaterAtTheEndOfTheInterval() {
        track.addConsumer(consumer);
        track.requestKeyFrame(nowNs, 0);
        assertThat(askedMs).containsExactly(1000L);
        packet(0, true);
        passMs(100);
        track.requestKeyFrame(nowNs, 0); // by one who came after the key frame
        passMs(2000);
        assertThat(askedMs).containsExactly(1000L, 1500L);
    }

    @Test
    void aKeyFrameServesWhoeverStillWaitsForOne() {
        track.addConsumer(consumer);
        track.requestKeyFrame(nowNs, 0);
        passMs(30);
        track.requestKeyFrame(nowNs, 0);
        packet(0, true);
        passMs(2000);
        assertThat(askedMs).hasSize(1);
        track.requestKeyFrame(nowNs, 0);
        assertThat(askedMs).hasSize(2);
    }

    @Test
    void doesNotAskForThoseWhoAreGone() {
        track.addConsumer(consumer);
        track.requestKeyFrame(nowNs, 0);
        track.requestKeyFrame(nowNs, 0);
        track.removeConsumer(consumer);
        passMs(2000);
        assertThat(askedMs).hasSize(1);
        assertThat(deadlines.nextDeadlineNs()).isEqualTo(Deadline.NEVER);
    }

    @Test
    void layersAreAskedIndependently() {
        track.addConsumer(consumer);
        track.requestKeyFrame(nowNs, 0);
        track.requestKeyFrame(nowNs, 2);
        assertThat(askedMs).hasSize(2);
        track.requestKeyFrame(nowNs, 2);
        passMs(100);
        track.requestKeyFrame(nowNs, 0);
        packet(2, true);
        passMs(1000);
        assertThat(askedMs).containsExactly(1000L, 1000L, 1500L);
    }

    private void packet(int layer, boolean keyFrame) {
        packet.layer = layer;
        packet.extSeq = seq++;
        packet.extTs = seq * 3000;
        packet.buf = new byte[] {0x10, (byte) (keyFrame ? 0 : 1), 7};
        packet.len = 3;
        track.onPacket(nowNs, packet);
    }

    /** Lets time pass and keeps the deadlines of it. */
    private void passMs(long ms) {
        long untilNs = nowNs + ms * MS;
        while (deadlines.nextDeadlineNs() <= untilNs) {
            nowNs = deadlines.nextDeadlineNs();
            UpTrack due = deadlines.pollDue(nowNs);
            assertThat(due).isEqualTo(track);
            track.onDeadline(nowNs);
        }
        nowNs = untilNs;
    }
}
