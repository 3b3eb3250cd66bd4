// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.buf.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of one simulated VP8 encoder with three temporal layers (RFC 7741; libwebrtc's L1T3: 0 2 1 2), each frame
 * predicted from the last one of a lower temporal layer, or of the same in the lowest.
 */
final class Vp8Encoder {
    private static final int[] TEMPORAL_IDS = {0, 2, 1, 2};
    private static final int FILLING_BYTES = 150;

    private final int layer;
    private final int source;

    /** 7 or 15. */
    private final int pictureIdBits;

    private final int packetsPerFrame;
    private int number;
    private int pictureId;
    private int tl0PicIdx;
    private int sinceKeyFrame;

    /** The last frame of each temporal layer. */
    private final int[] last = new int[3];

    Vp8Encoder(int layer, int source, int pictureIdBits, int packetsPerFrame, Choices choices) {
        this.layer = layer;
        this.source = source;
        this.pictureIdBits = pictureIdBits;
        this.packetsPerFrame = packetsPerFrame;
        this.pictureId = choices.nextInt();
        this.tl0PicIdx = choices.nextInt();
    }

    /** Payloads of the next frame, in order; a key frame has twice as many. */
    List<byte[]> encode(long capturedNs, boolean isKeyFrame) {
        sinceKeyFrame = isKeyFrame ? 0 : sinceKeyFrame + 1;
        int temporalId = TEMPORAL_IDS[sinceKeyFrame % TEMPORAL_IDS.length];
        pictureId = pictureId + 1 & (1 << pictureIdBits) - 1;
        if (temporalId == 0) {
            tl0PicIdx = tl0PicIdx + 1 & 0xFF;
        }
        SyntheticFrame frame = new SyntheticFrame(
                layer,
                source,
                number,
                isKeyFrame ? -1 : reference(temporalId),
                temporalId,
                pictureId,
                tl0PicIdx,
                capturedNs);
        for (int i = temporalId; i < last.length; i++) {
            last[i] = number; // what is above may refer to this one
        }
        number++;
        List<byte[]> payloads = new ArrayList<>();
        int packets = isKeyFrame ? 2 * packetsPerFrame : packetsPerFrame;
        for (int i = 0; i < packets; i++) {
            payloads.add(frame.payload(head(i == 0, isKeyFrame, temporalId), FILLING_BYTES));
        }
        return payloads;
    }

    private int reference(int temporalId) {
        return last[Math.max(0, temporalId - 1)];
    }

    private byte[] head(boolean isFirst, boolean isKeyFrame, int temporalId) {
        int idBytes = pictureIdBits == 15 ? 2 : 1;
        byte[] head = new byte[(isFirst ? 5 : 4) + idBytes];
        head[0] = (byte) (0x80 | (isFirst ? 0x10 : 0));
        head[1] = (byte) 0xE0;
        if (pictureIdBits == 15) {
            Bytes.putU16(head, 2, pictureId | 0x8000);
        } else {
            head[2] = (byte) pictureId;
        }
        head[2 + idBytes] = (byte) tl0PicIdx;
        head[3 + idBytes] = (byte) (temporalId << 6);
        if (isFirst) {
            head[4 + idBytes] = (byte) (isKeyFrame ? 0 : 1);
        }
        return head;
    }
}
