// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

/**
 * Decides packet by packet which layer of a track a subscriber gets: the highest live one that is allowed, entered only
 * at a key frame. LiveKit: VideoLayerSelector.
 */
public final class LayerSelector {
    /** What to do with a packet. */
    public enum Verdict {
        FORWARD,
        /** Forward, and rewrite from here on as another source. */
        SWITCH,
        DROP
    }

    private static final int NONE = -1;

    private final LayeredTrack track;
    private final LiveLayers layers;
    private final boolean isVideo;
    private int current = NONE;
    private int max = LiveLayers.MAX_LAYERS - 1;

    public LayerSelector(LayeredTrack track) {
        this.track = track;
        this.layers = track.liveLayers();
        this.isVideo = track.isVideo();
    }

    /** @param layer the highest allowed layer, 0..2 */
    public void limit(int layer) {
        max = layer;
    }

    public int current() {
        return current;
    }

    /** Forgets the layer in use, so that the next key frame begins anew. */
    public void reset() {
        current = NONE;
    }

    /** What to do with a packet of a layer. */
    public Verdict select(long nowNs, int layer, boolean isKeyFrame) {
        if (!isVideo) {
            if (current == layer) {
                return Verdict.FORWARD;
            }
            current = layer;
            return Verdict.SWITCH;
        }
        int wanted = layers.highest(nowNs, max);
        if (isKeyFrame && layer <= max && isBetter(layer, wanted)) {
            current = layer;
            return Verdict.SWITCH;
        }
        if (layer == wanted && wanted != current) {
            track.requestKeyFrame(nowNs, wanted);
        }
        return layer == current ? Verdict.FORWARD : Verdict.DROP;
    }

    /** Whether to enter a layer at its key frame: the one wanted, or any at all while there is none. */
    private boolean isBetter(int layer, int wanted) {
        return current == NONE ? layer >= wanted : layer == wanted && layer != current;
    }

    /** Asks for what lets the subscriber see something again. */
    public void requestKeyFrame(long nowNs) {
        if (!isVideo) {
            return;
        }
        int layer = current != NONE ? current : Math.max(0, layers.highest(nowNs, max));
        track.requestKeyFrame(nowNs, layer);
    }
}
