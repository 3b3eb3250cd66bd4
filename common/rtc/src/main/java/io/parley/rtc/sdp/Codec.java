// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One payload type of a media section: a=rtpmap, a=fmtp and a=rtcp-fb together.
 *
 * @param payloadType 0..127
 * @param name encoding name as written; compare with {@link #is}
 * @param clockRate Hz
 * @param channels 1 where the rtpmap names none
 * @param parameters format parameters in their order; a parameter without a value maps to ""
 * @param feedback rtcp-fb values, such as "nack pli"
 */
public record Codec(
        int payloadType,
        String name,
        int clockRate,
        int channels,
        Map<String, String> parameters,
        List<String> feedback) {
    public static final int PAYLOAD_TYPES = 128;

    public Codec {
        parameters = parameters.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        feedback = List.copyOf(feedback);
    }

    public boolean is(String encodingName) {
        return name.equalsIgnoreCase(encodingName);
    }

    public boolean isRtx() {
        return is("rtx");
    }

    public boolean hasFeedback(String value) {
        return feedback.contains(value);
    }

    /** The payload type that an RTX codec repairs (RFC 4588 s.8.1), or -1. */
    public int associatedPayloadType() {
        try {
            int payloadType = isRtx() ? Integer.parseInt(parameters.getOrDefault("apt", "-1")) : -1;
            return payloadType < PAYLOAD_TYPES ? payloadType : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** MIME type of the codec in LiveKit's spelling, such as "video/VP8" or "audio/opus". */
    public String mime(MediaKind kind) {
        return kind.sdpName() + "/" + (kind == MediaKind.AUDIO ? name.toLowerCase(Locale.ROOT) : name);
    }

    public String formatParameters() {
        return parameters.entrySet().stream()
                .map(e -> e.getValue().isEmpty() ? e.getKey() : e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(";"));
    }

    public Codec withFeedback(List<String> values) {
        return new Codec(payloadType, name, clockRate, channels, parameters, values);
    }

    public Codec withParameters(Map<String, String> values) {
        return new Codec(payloadType, name, clockRate, channels, values, feedback);
    }
}
