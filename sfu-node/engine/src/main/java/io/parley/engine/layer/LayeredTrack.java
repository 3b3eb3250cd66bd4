// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

/** What a selector needs of its track. */
public interface LayeredTrack {
    boolean isVideo();

    LiveLayers liveLayers();

    /** Asks the publisher for a key frame of a layer, now or soon. */
    void requestKeyFrame(long nowNs, int layer);
}
