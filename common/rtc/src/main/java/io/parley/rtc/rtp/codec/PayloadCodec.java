// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp.codec;

import org.jspecify.annotations.Nullable;

/** The codecs we forward, and how each shows that a decoder may start at a packet. */
public enum PayloadCodec {
    OPUS("opus", false),
    RED("red", false),
    PCMU("PCMU", false),
    PCMA("PCMA", false),
    VP8("VP8", true),
    VP9("VP9", true),
    AV1("AV1", true),
    H264("H264", true),
    H265("H265", true);

    private final String encodingName;
    private final boolean isVideo;

    PayloadCodec(String encodingName, boolean isVideo) {
        this.encodingName = encodingName;
        this.isVideo = isVideo;
    }

    /** The name in an rtpmap. */
    public String encodingName() {
        return encodingName;
    }

    public boolean isVideo() {
        return isVideo;
    }

    public static @Nullable PayloadCodec of(String encodingName) {
        for (PayloadCodec codec : values()) {
            if (codec.encodingName.equalsIgnoreCase(encodingName)) {
                return codec;
            }
        }
        return null;
    }

    /** Whether this payload begins a key frame; true for audio, which needs none. */
    public boolean startsKeyFrame(Vp8Descriptor vp8, byte[] buf, int off, int len) {
        if (len < 1) {
            return false;
        }
        return switch (this) {
            case OPUS, RED, PCMU, PCMA -> true;
            case VP8 -> vp8.wrap(buf, off, len) && vp8.isKeyFrame();
            case VP9 -> (buf[off] & 0x48) == 0x08; // RFC 9628 s.4.2: P clear, B set
            case AV1 -> (buf[off] & 0x08) != 0; // AV1 RTP s.4.4: N, first packet of a coded video sequence
            case H264 -> H264Payload.startsKeyFrame(buf, off, len);
            case H265 -> startsH265KeyFrame(buf, off, len);
        };
    }

    /** RFC 7798 s.4.4: an intra random access point (16..21) or parameter sets (32..34), alone, aggregated or cut. */
    private static boolean startsH265KeyFrame(byte[] buf, int off, int len) {
        int type = buf[off] >>> 1 & 0x3F;
        if (type == 48 && len >= 6) {
            type = buf[off + 4] >>> 1 & 0x3F;
        } else if (type == 49 && len >= 3) {
            type = (buf[off + 2] & 0x80) != 0 ? buf[off + 2] & 0x3F : -1;
        }
        return (type >= 16 && type <= 21) || (type >= 32 && type <= 34);
    }
}
