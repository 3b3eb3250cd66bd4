// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sdp.Codec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The payload types of our offers: one number for each codec throughout a peer connection. */
final class OfferedCodecs {
    private static final List<String> VIDEO_FEEDBACK = List.of("ccm fir", "nack", "nack pli");
    private static final int VIDEO_CLOCK_RATE = 90_000;
    private static final Map<PayloadCodec, List<Codec>> CODECS = new EnumMap<>(PayloadCodec.class);

    static {
        Map<String, String> opus = Map.of("minptime", "10", "useinbandfec", "1");
        CODECS.put(PayloadCodec.OPUS, List.of(new Codec(111, "opus", 48_000, 2, opus, List.of("nack"))));
        CODECS.put(PayloadCodec.PCMU, List.of(new Codec(0, "PCMU", 8_000, 1, Map.of(), List.of("nack"))));
        CODECS.put(PayloadCodec.PCMA, List.of(new Codec(8, "PCMA", 8_000, 1, Map.of(), List.of("nack"))));
        video(PayloadCodec.VP8, 96, Map.of());
        video(PayloadCodec.VP9, 98, Map.of("profile-id", "0"));
        video(
                PayloadCodec.H264,
                102,
                Map.of("level-asymmetry-allowed", "1", "packetization-mode", "1", "profile-level-id", "42e01f"));
        video(PayloadCodec.AV1, 45, Map.of());
        video(PayloadCodec.H265, 116, Map.of());
    }

    private OfferedCodecs() {}

    private static void video(PayloadCodec codec, int payloadType, Map<String, String> parameters) {
        CODECS.put(
                codec,
                List.of(
                        new Codec(payloadType, codec.encodingName(), VIDEO_CLOCK_RATE, 1, parameters, VIDEO_FEEDBACK),
                        new Codec(
                                payloadType + 1,
                                "rtx",
                                VIDEO_CLOCK_RATE,
                                1,
                                Map.of("apt", String.valueOf(payloadType)),
                                List.of())));
    }

    /** The track's codecs that the client may be sent, the best first, each with its RTX behind it for video. */
    static List<Codec> of(Subscription subscription, ClientCodecs allowed) {
        List<Codec> offered = new ArrayList<>();
        for (PayloadCodec codec : subscription.payloadCodecs()) {
            List<Codec> codecs = codec == null ? List.of() : CODECS.getOrDefault(codec, List.of());
            if (!codecs.isEmpty() && allowed.mayReceive(codecs.getFirst()) && !offered.containsAll(codecs)) {
                offered.addAll(codecs);
            }
        }
        return offered;
    }

    /** -1 without. */
    static int rtxPayloadType(List<Codec> codecs, Codec repaired) {
        return codecs.stream()
                .filter(codec -> codec.associatedPayloadType() == repaired.payloadType())
                .mapToInt(Codec::payloadType)
                .findFirst()
                .orElse(-1);
    }
}
