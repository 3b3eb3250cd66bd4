// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/**
 * A media packet as tracks pass it on, whether it came from a peer or from a relay. One object is filled anew for each
 * packet; consumers copy what they keep.
 */
public final class MediaPacket {
    /** Spatial layer, from 0 (smallest). */
    public int layer;

    /** In the layer's own number space, where each source of the layer has its own stretch: see {@link UpLayer}. */
    public long extSeq;

    /** In units of the media clock, unwrapped. */
    public long extTs;

    public boolean hasMarker;

    /** Whether a decoder may start here, and what follows is still at hand. */
    public boolean isKeyFrame;

    /** Without payload: a number to close over. */
    public boolean isPadding;

    public byte[] buf = new byte[0];
    public int off;
    public int len;
}
