// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

/** Which layers of a track come. */
public final class LiveLayers {
    public static final int MAX_LAYERS = 3;

    private final LayerLiveness[] layers = new LayerLiveness[MAX_LAYERS];

    public LiveLayers() {
        for (int i = 0; i < MAX_LAYERS; i++) {
            layers[i] = new LayerLiveness();
        }
    }

    /** @param index 0..2 */
    public LayerLiveness layer(int index) {
        return layers[index];
    }

    /** The highest live layer up to {@code max}, or -1. */
    int highest(long nowNs, int max) {
        for (int i = max; i >= 0; i--) {
            if (layers[i].isLive(nowNs)) {
                return i;
            }
        }
        return -1;
    }
}
