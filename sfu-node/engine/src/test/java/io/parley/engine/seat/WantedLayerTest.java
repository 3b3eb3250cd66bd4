// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import static org.assertj.core.api.Assertions.assertThat;

import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // the layers of the first codec
class WantedLayerTest {
    private final TrackInfo track = TrackInfo.newBuilder()
            .addLayers(layer(VideoQuality.LOW, 320, 180))
            .addLayers(layer(VideoQuality.MEDIUM, 960, 540))
            .addLayers(layer(VideoQuality.HIGH, 1920, 1080))
            .build();

    /** Clients with adaptive stream send a size and no quality, which reads as LOW: they were never shown more. */
    @Test
    void theSizeShownCountsAndNotTheQualityThatIsLeftOut() {
        assertThat(ofSize(320, 180)).isZero();
        assertThat(ofSize(340, 190)).as("about as large").isZero();
        assertThat(ofSize(640, 360)).isEqualTo(1);
        assertThat(ofSize(540, 960)).as("upright").isEqualTo(1);
        assertThat(ofSize(1280, 720)).isEqualTo(2);
        assertThat(ofSize(3840, 2160)).isEqualTo(2);
    }

    @Test
    void usualSizesAreTakenForThoseThatArePublishedWithout() {
        UpdateTrackSettings settings =
                UpdateTrackSettings.newBuilder().setWidth(300).setHeight(300).build();
        assertThat(WantedLayer.of(TrackInfo.getDefaultInstance(), settings)).isEqualTo(1);
    }

    @Test
    void withoutASizeTheQualityCounts() {
        assertThat(ofQuality(VideoQuality.LOW)).isZero();
        assertThat(ofQuality(VideoQuality.MEDIUM)).isEqualTo(1);
        assertThat(ofQuality(VideoQuality.HIGH)).isEqualTo(2);
    }

    private int ofQuality(VideoQuality quality) {
        return WantedLayer.of(
                track, UpdateTrackSettings.newBuilder().setQuality(quality).build());
    }

    private int ofSize(int width, int height) {
        return WantedLayer.of(
                track,
                UpdateTrackSettings.newBuilder()
                        .setWidth(width)
                        .setHeight(height)
                        .build());
    }

    private static VideoLayer layer(VideoQuality quality, int width, int height) {
        return VideoLayer.newBuilder()
                .setQuality(quality)
                .setWidth(width)
                .setHeight(height)
                .build();
    }
}
