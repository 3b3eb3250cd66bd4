// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.engine.layer.LiveLayers;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitRtc.UpdateTrackSettings;

/**
 * The highest layer that a subscriber asks for: by the size at which it shows the track if it tells one, as with adaptive
 * stream, where it leaves the quality out, which reads as LOW; else by the quality.
 */
final class WantedLayer {
    /** A layer may be this much smaller than the picture is shown. */
    private static final double TOLERANCE = 0.9;

    /** Short sides of the layers of a publisher that does not tell: livekit-client's presets. */
    private static final int[] USUAL_PX = {180, 360};

    private WantedLayer() {}

    /** @return 0..2 */
    static int of(TrackInfo track, UpdateTrackSettings settings) {
        if (settings.getWidth() > 0 && settings.getHeight() > 0) {
            double shownPx = TOLERANCE * Math.min(settings.getWidth(), settings.getHeight());
            int layer = 0;
            while (layer < LiveLayers.MAX_LAYERS - 1 && shortSidePx(track, layer) < shownPx) {
                layer++;
            }
            return layer;
        }
        return switch (settings.getQuality()) {
            case LOW -> 0;
            case MEDIUM -> 1;
            default -> LiveLayers.MAX_LAYERS - 1;
        };
    }

    @SuppressWarnings("deprecation") // the layers of the first codec
    private static int shortSidePx(TrackInfo track, int quality) {
        for (VideoLayer layer : track.getLayersList()) {
            if (layer.getQualityValue() == quality && layer.getHeight() > 0) {
                return Math.min(layer.getWidth(), layer.getHeight());
            }
        }
        return USUAL_PX[quality];
    }
}
