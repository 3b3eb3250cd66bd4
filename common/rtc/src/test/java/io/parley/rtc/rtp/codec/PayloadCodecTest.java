// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadCodecTest {
    private final Vp8Descriptor vp8 = new Vp8Descriptor();

    @ParameterizedTest
    @CsvSource({
        // codec, payload, whether it starts a key frame
        "VP8, 9080812c00, true", // X S PID 0, I with 15 bits, P = 0
        "VP8, 9080812c01, false", // P = 1: inter frame
        "VP8, 8080812c00, false", // S clear: in the middle
        "VP8, 9180812c00, false", // second partition
        "VP8, 1000, true", // no extensions
        "VP8, 90, false", // cut short
        "H264, 6742e01f, true", // SPS
        "H264, 65b800, true", // IDR
        "H264, 419a00, false", // non-IDR slice
        "H264, 78000467420000000268ce, true", // STAP-A of SPS and PPS
        "H264, 7c85b8, true", // FU-A, first fragment of an IDR
        "H264, 7c45b8, false", // FU-A, last fragment
        "H264, 7cc1b8, false",
        "VP9, 8a00, true",
        "VP9, c800, false",
        "AV1, 1800, true",
        "AV1, 1000, false",
        "H265, 4201, true", // SPS
        "H265, 2601, true", // IDR_W_RADL
        "H265, 0201, false",
        "OPUS, fc, true"
    })
    void knowsWhereADecoderMayStart(PayloadCodec codec, String payload, boolean expected) {
        byte[] bytes = HexFormat.of().parseHex(payload);
        assertThat(codec.startsKeyFrame(vp8, bytes, 0, bytes.length)).isEqualTo(expected);
    }

    @Test
    void readsEveryFieldOfTheVp8Descriptor() {
        byte[] payload = HexFormat.of().parseHex("90f0923455a00000");
        assertThat(vp8.wrap(payload, 0, payload.length)).isTrue();
        assertThat(vp8.pictureIdBits()).isEqualTo(15);
        assertThat(vp8.pictureId()).isEqualTo(0x1234);
        assertThat(vp8.tl0PicIdx()).isEqualTo(0x55);
        assertThat(vp8.temporalId()).isEqualTo(2);
        assertThat(vp8.length()).isEqualTo(6);
        assertThat(vp8.isStartOfFrame()).isTrue();
        for (int len = 0; len < 6; len++) {
            assertThat(vp8.wrap(payload, 0, len)).as("length %d", len).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "08, 960", // SILK 20 ms, one frame
        "7800, 960", // CELT 20 ms at 12 kHz... config 15
        "f9aa, 1920", // two frames of 20 ms
        "fb03aa, 2880", // three frames of 20 ms
        "fb3faa, 0", // 63 frames of 20 ms are more than 120 ms
        "fb, 0" // frame count is missing
    })
    void knowsHowLongAnOpusPacketLasts(String payload, int ticks) {
        byte[] bytes = HexFormat.of().parseHex(payload);
        assertThat(OpusPayload.durationTicks(bytes, 0, bytes.length)).isEqualTo(ticks);
    }
}
