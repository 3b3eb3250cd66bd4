// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.layer;

import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.UpTrack;

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

    private final UpTrack track;
    private int current = NONE;
    private int max = UpTrack.MAX_LAYERS - 1;

    public LayerSelector(UpTrack track) {
        this.track = track;
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

    public Verdict select(long nowNs, MediaPacket packet) {
        if (!track.codec().isVideo()) {
            if (current == packet.layer) {
                return Verdict.FORWARD;
            }
            current = packet.layer;
            return Verdict.SWITCH;
        }
        int wanted = track.highestLive(nowNs, max);
        if (packet.isKeyFrame && packet.layer <= max && isBetter(packet.layer, wanted)) {
            current = packet.layer;
            return Verdict.SWITCH;
        }
        if (packet.layer == wanted && wanted != current) {
            track.requestKeyFrame(nowNs, wanted);
        }
        return packet.layer == current ? Verdict.FORWARD : Verdict.DROP;
    }

    /** Whether to enter a layer at its key frame: the one wanted, or any at all while there is none. */
    private boolean isBetter(int layer, int wanted) {
        return current == NONE ? layer >= wanted : layer == wanted && layer != current;
    }

    /** Asks for what lets the subscriber see something again. */
    public void requestKeyFrame(long nowNs) {
        if (!track.codec().isVideo()) {
            return;
        }
        int layer = current != NONE ? current : Math.max(0, track.highestLive(nowNs, max));
        track.requestKeyFrame(nowNs, layer);
    }
}
