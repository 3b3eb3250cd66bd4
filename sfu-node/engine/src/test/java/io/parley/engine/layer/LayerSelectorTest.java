// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.layer.LayerSelector.Verdict;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.TrackHost;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.rtp.codec.PayloadCodec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerSelectorTest {
    private static final long MS = 1_000_000L;

    private final List<Integer> keyFramesAsked = new ArrayList<>();
    private final UpTrack track = new UpTrack(PayloadCodec.VP8, 90_000, keyFramesAsked::add, new TrackHost());
    private final LayerSelector selector = new LayerSelector(track);
    private final MediaPacket packet = new MediaPacket();
    private long nowNs = 1000 * MS;
    private long seq = 1;

    @Test
    void startsAtAKeyFrameOnly() {
        assertThat(select(0, false)).isEqualTo(Verdict.DROP);
        assertThat(select(0, true)).isEqualTo(Verdict.SWITCH);
        assertThat(select(0, false)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void climbsWhenAHigherLayerIsLiveAndItsKeyFrameComes() {
        select(0, true);
        for (int i = 0; i < 5; i++) {
            assertThat(select(0, false)).isEqualTo(Verdict.FORWARD);
            assertThat(select(2, false)).isEqualTo(Verdict.DROP);
        }
        assertThat(keyFramesAsked).contains(2);
        assertThat(select(2, true)).isEqualTo(Verdict.SWITCH);
        assertThat(select(0, false)).isEqualTo(Verdict.DROP);
        assertThat(select(2, false)).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void fallsBackWhenTheLayerInUseStops() {
        for (int i = 0; i < 5; i++) {
            select(0, false);
            select(2, i == 4);
        }
        assertThat(selector.current()).isEqualTo(2);
        for (int i = 0; i < 100; i++) {
            nowNs += 10 * MS;
            select(0, false);
        }
        assertThat(keyFramesAsked).contains(0);
        assertThat(select(0, true)).isEqualTo(Verdict.SWITCH);
    }

    @Test
    void staysBelowTheLimit() {
        selector.limit(0);
        for (int i = 0; i < 5; i++) {
            select(0, false);
            assertThat(select(2, true)).isEqualTo(Verdict.DROP);
        }
        assertThat(select(0, true)).isEqualTo(Verdict.SWITCH);
        assertThat(keyFramesAsked).doesNotContain(2);
    }

    @Test
    void asksForOneKeyFrameHoweverManyWantIt() {
        for (int i = 0; i < 20; i++) {
            nowNs += MS;
            selector.requestKeyFrame(nowNs);
        }
        assertThat(keyFramesAsked).hasSize(1);
    }

    private Verdict select(int layer, boolean keyFrame) {
        nowNs += MS;
        packet.layer = layer;
        packet.extSeq = seq++;
        packet.extTs = seq;
        packet.buf = new byte[] {0x10, (byte) (keyFrame ? 0 : 1), 7};
        packet.len = 3;
        track.onPacket(nowNs, packet);
        return selector.select(nowNs, packet.layer, packet.isKeyFrame);
    }
}
