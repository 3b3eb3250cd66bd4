// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.buf.Bytes;
import java.util.zip.CRC32;

/**
 * A picture of a simulated camera, as each of its packets describes it behind the codec's own header: so that a receiver
 * can tell what it shows and whether it may.
 *
 * @param layer simulcast layer, from 0 (smallest)
 * @param source counts the encoders of the layer: a camera that starts anew has another one
 * @param number counts the frames of a source
 * @param reference number of the frame that this one is predicted from, or -1 for a key frame
 * @param pictureId as the encoder gave it
 * @param tl0PicIdx as the encoder gave it
 * @param capturedNs when it was taken
 */
public record SyntheticFrame(
        int layer,
        int source,
        int number,
        int reference,
        int temporalId,
        int pictureId,
        int tl0PicIdx,
        long capturedNs) {
    private static final int DESCRIPTION_BYTES = 24;
    private static final int CHECKSUM_BYTES = 4;

    public boolean isKeyFrame() {
        return reference < 0;
    }

    boolean isOfSameSource(SyntheticFrame other) {
        return layer == other.layer && source == other.source;
    }

    /** A packet's payload: the codec's header, the description, filling, and a checksum that survives another header. */
    byte[] payload(byte[] head, int fillingBytes) {
        byte[] payload = new byte[head.length + DESCRIPTION_BYTES + fillingBytes + CHECKSUM_BYTES];
        System.arraycopy(head, 0, payload, 0, head.length);
        int at = head.length;
        payload[at] = (byte) layer;
        payload[at + 1] = (byte) source;
        payload[at + 2] = (byte) temporalId;
        payload[at + 3] = (byte) tl0PicIdx;
        Bytes.putI32(payload, at + 4, number);
        Bytes.putI32(payload, at + 8, reference);
        Bytes.putI32(payload, at + 12, pictureId);
        Bytes.putI32(payload, at + 16, (int) (capturedNs >> 32));
        Bytes.putI32(payload, at + 20, (int) capturedNs);
        seal(payload, head.length);
        return payload;
    }

    /** @throws AssertionError if the payload was damaged */
    static SyntheticFrame read(byte[] payload, int headLength) {
        check(payload, headLength);
        int at = headLength;
        return new SyntheticFrame(
                payload[at],
                payload[at + 1] & 0xFF,
                Bytes.i32(payload, at + 4),
                Bytes.i32(payload, at + 8),
                payload[at + 2],
                Bytes.i32(payload, at + 12),
                payload[at + 3] & 0xFF,
                (long) Bytes.i32(payload, at + 16) << 32 | Bytes.i32(payload, at + 20) & 0xFFFF_FFFFL);
    }

    /** Writes the checksum of what lies behind the head into the last four bytes. */
    static void seal(byte[] payload, int headLength) {
        Bytes.putI32(payload, payload.length - CHECKSUM_BYTES, checksum(payload, headLength));
    }

    static void check(byte[] payload, int headLength) {
        if (Bytes.i32(payload, payload.length - CHECKSUM_BYTES) != checksum(payload, headLength)) {
            throw new AssertionError("payload was damaged on its way");
        }
    }

    private static int checksum(byte[] payload, int headLength) {
        CRC32 crc = new CRC32();
        crc.update(payload, headLength, payload.length - CHECKSUM_BYTES - headLength);
        return (int) crc.getValue();
    }
}
