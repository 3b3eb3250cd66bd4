// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.rtp.codec.Vp8Descriptor;

/**
 * Keeps VP8 picture ids and TL0PICIDX (RFC 7741 s.4.2) running on when another layer is forwarded: the decoder takes a
 * step back for an old picture and waits.
 */
public final class Vp8Rewriter {
    private final Vp8Descriptor descriptor = new Vp8Descriptor();
    private int pictureIdOffset;
    private int tl0Offset;
    private int lastPictureId = -1;
    private int lastTl0;

    /** Begins to forward another layer with this payload, which starts a key frame. */
    public void switchTo(byte[] buf, int off, int len) {
        if (lastPictureId < 0 || !descriptor.wrap(buf, off, len) || descriptor.pictureIdBits() == 0) {
            return;
        }
        pictureIdOffset = lastPictureId + 1 - descriptor.pictureId();
        tl0Offset = lastTl0 + 1 - descriptor.tl0PicIdx();
    }

    /** Rewrites a payload in place, by what holds now. @return what {@link #rewriteAs} needs to do it again */
    public int rewrite(byte[] buf, int off, int len) {
        if (!descriptor.wrap(buf, off, len) || descriptor.pictureIdBits() == 0) {
            return 0;
        }
        int mask = (1 << descriptor.pictureIdBits()) - 1;
        int pictureId = descriptor.pictureId() + pictureIdOffset & mask;
        if (lastPictureId < 0 || (pictureId - lastPictureId & mask) <= mask >>> 1) {
            lastPictureId = pictureId;
            lastTl0 = descriptor.tl0PicIdx() + tl0Offset & 0xFF;
        }
        int applied = pictureIdOffset << 8 | tl0Offset & 0xFF;
        write(buf, applied);
        return applied;
    }

    /** Rewrites a payload as it was when it was first sent. */
    public void rewriteAs(int applied, byte[] buf, int off, int len) {
        if (descriptor.wrap(buf, off, len) && descriptor.pictureIdBits() != 0) {
            write(buf, applied);
        }
    }

    private void write(byte[] buf, int applied) {
        int pictureId = descriptor.pictureId() + (applied >> 8);
        if (descriptor.pictureIdBits() == 15) {
            Bytes.putU16(buf, descriptor.pictureIdOff(), pictureId & 0x7FFF | 0x8000);
        } else {
            buf[descriptor.pictureIdOff()] = (byte) (pictureId & 0x7F);
        }
        if (descriptor.tl0PicIdxOff() >= 0) {
            buf[descriptor.tl0PicIdxOff()] = (byte) (descriptor.tl0PicIdx() + applied);
        }
    }
}
