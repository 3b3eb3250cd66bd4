// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins rtpmap, fmtp and rtcp-fb of each payload type of a section. All is kept by payload type, so that lines about one
 * type, however many, take the place of one.
 */
final class SdpCodecs {
    /** RFC 4585 and RFC 5104 know about ten. */
    private static final int MAX_FEEDBACK = 32;

    /** H.265 with its parameter sets has about ten. */
    private static final int MAX_PARAMETERS = 64;

    private final @Nullable String[] maps = new String[Codec.PAYLOAD_TYPES];
    private final List<Map<String, String>> parameters = listOf(Map.of());
    private final List<List<String>> feedback = listOf(List.of());

    /** Of the lines for all payload types, "a=rtcp-fb:*". */
    private final List<String> feedbackForAll = new ArrayList<>();

    private static <T> List<T> listOf(T empty) {
        List<T> list = new ArrayList<>(Codec.PAYLOAD_TYPES);
        for (int i = 0; i < Codec.PAYLOAD_TYPES; i++) {
            list.add(empty);
        }
        return list;
    }

    /** An attribute line of any name. */
    void read(String line) {
        String value = SdpLines.value(line);
        int space = value.indexOf(' ');
        if (space < 0) {
            return;
        }
        String format = value.substring(0, space);
        String rest = value.substring(space + 1);
        switch (SdpLines.name(line)) {
            case "rtpmap" -> maps[payloadType(format, line)] = rest;
            case "fmtp" -> parameters.set(payloadType(format, line), formatParameters(rest, line));
            case "rtcp-fb" -> {
                if (format.equals("*")) {
                    note(feedbackForAll, rest, line);
                } else {
                    int payloadType = payloadType(format, line);
                    if (feedback.get(payloadType).isEmpty()) {
                        feedback.set(payloadType, new ArrayList<>());
                    }
                    note(feedback.get(payloadType), rest, line);
                }
            }
            default -> {
                // read elsewhere
            }
        }
    }

    private static int payloadType(String format, String line) {
        return SdpLines.number(format, Codec.PAYLOAD_TYPES - 1, line);
    }

    private static void note(List<String> values, String value, String line) {
        if (values.contains(value)) {
            return;
        }
        if (values.size() == MAX_FEEDBACK) {
            throw new SdpException("more than " + MAX_FEEDBACK + " kinds of feedback", line);
        }
        values.add(value);
    }

    /** The codecs of an m-line's formats, in their order; without those that nothing describes. */
    List<Codec> of(List<String> formats, String mediaLine) {
        List<Codec> codecs = new ArrayList<>();
        List<String> shared = List.copyOf(feedbackForAll);
        boolean[] isListed = new boolean[Codec.PAYLOAD_TYPES];
        for (String format : formats) {
            int payloadType = payloadType(format, mediaLine);
            if (isListed[payloadType]) {
                // RFC 8866 s.5.14 gives each a meaning of its own; without this an m-line is as long as a message.
                throw new SdpException("payload type " + payloadType + " twice", mediaLine);
            }
            isListed[payloadType] = true;
            String map = maps[payloadType] == null ? staticMap(payloadType) : maps[payloadType];
            if (!map.isEmpty()) {
                codecs.add(codec(payloadType, map, shared));
            }
        }
        return codecs;
    }

    private Codec codec(int payloadType, String map, List<String> shared) {
        String[] parts = map.split("/", -1);
        if (parts.length < 2) {
            throw new SdpException("rtpmap is incomplete", map);
        }
        int clockRate = SdpLines.number(parts[1].trim(), Integer.MAX_VALUE, map);
        int channels = parts.length > 2 ? SdpLines.number(parts[2].trim(), 255, map) : 1;
        if (clockRate == 0) {
            throw new SdpException("clock rate is zero", map);
        }
        List<String> values = shared;
        if (!feedback.get(payloadType).isEmpty()) {
            values = new ArrayList<>(shared);
            for (String value : feedback.get(payloadType)) {
                note(values, value, map);
            }
        }
        return new Codec(payloadType, parts[0], clockRate, channels, parameters.get(payloadType), values);
    }

    /** The static payload types still in use (RFC 3551 s.6). */
    private static String staticMap(int payloadType) {
        return switch (payloadType) {
            case 0 -> "PCMU/8000";
            case 8 -> "PCMA/8000";
            default -> "";
        };
    }

    private static Map<String, String> formatParameters(String text, String line) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : text.split(";", -1)) {
            String parameter = part.trim();
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        parameter.substring(0, equals).toLowerCase(Locale.ROOT), parameter.substring(equals + 1));
            } else if (!parameter.isEmpty()) {
                parameters.put(parameter, "");
            }
            if (parameters.size() > MAX_PARAMETERS) {
                throw new SdpException("more than " + MAX_PARAMETERS + " format parameters", line);
            }
        }
        return parameters;
    }
}
