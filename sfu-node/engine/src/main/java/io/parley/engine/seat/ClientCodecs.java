// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.rtp.codec.PayloadCodec;
import io.parley.rtc.sdp.Codec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels;
import livekit.LivekitModels.ClientConfiguration;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisabledCodecs;
import org.jspecify.annotations.Nullable;

/** What one client may publish and is sent in one room: the room's codecs, less those that such clients fail on. */
final class ClientCodecs {
    /** A codec of the room. @param parameters that a payload type has to have, lower case; none for the usual ones */
    private record Enabled(PayloadCodec codec, Map<String, String> parameters, LivekitModels.Codec written) {}

    private final List<Enabled> enabled = new ArrayList<>();
    private final Set<PayloadCodec> disabled = EnumSet.noneOf(PayloadCodec.class);

    /** Beside those that are disabled altogether. */
    private final Set<PayloadCodec> unpublished = EnumSet.noneOf(PayloadCodec.class);

    /** @param room its enabled_codecs; what we don't forward counts for nothing, and retransmission goes with each */
    ClientCodecs(ClientInfo client, List<LivekitModels.Codec> room) {
        for (LivekitModels.Codec written : room) {
            PayloadCodec codec = codec(written.getMime());
            // RED is left out: packets are forwarded as they come, and not every subscriber could take it.
            if (codec != null && codec != PayloadCodec.RED) {
                enabled.add(new Enabled(codec, parameters(written.getFmtpLine()), written));
            }
        }
        for (DisabledCodecRule rule : DisabledCodecRule.of(client)) {
            disabled.addAll(rule.disabled());
            unpublished.addAll(rule.unpublished());
        }
    }

    private static @Nullable PayloadCodec codec(String mime) {
        PayloadCodec codec = PayloadCodec.of(mime.substring(mime.indexOf('/') + 1));
        return codec != null && mime(codec).equalsIgnoreCase(mime) ? codec : null;
    }

    private static String mime(PayloadCodec codec) {
        return (codec.isVideo() ? "video/" : "audio/") + codec.encodingName();
    }

    private static Map<String, String> parameters(String fmtpLine) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : fmtpLine.toLowerCase(Locale.ROOT).split(";", -1)) {
            String[] parts = parameter.strip().split("=", 2);
            if (!parts[0].isEmpty()) {
                parameters.put(parts[0], parts.length > 1 ? parts[1] : "");
            }
        }
        return parameters;
    }

    /** Whether the client may send in a payload type. */
    boolean mayPublish(Codec codec) {
        return mayReceive(codec) && !isUnpublished(codec);
    }

    private boolean isUnpublished(Codec codec) {
        PayloadCodec known = PayloadCodec.of(codec.name());
        return known != null && unpublished.contains(known);
    }

    /** Whether the client may be sent something in a payload type. */
    boolean mayReceive(Codec codec) {
        PayloadCodec known = PayloadCodec.of(codec.name());
        if (known == null || disabled.contains(known)) {
            return false;
        }
        Map<String, String> parameters = parameters(codec.formatParameters());
        return enabled.stream()
                .filter(entry -> entry.codec == known)
                .anyMatch(entry ->
                        entry.parameters.isEmpty() ? isUsual(parameters) : entry.parameters.equals(parameters));
    }

    /** LiveKit (#4723): H.264 is constrained baseline or high; plain baseline and main have to be enabled by their parameters. */
    private static boolean isUsual(Map<String, String> parameters) {
        String profile = parameters.getOrDefault("profile-level-id", "");
        return !profile.startsWith("4200") && !profile.startsWith("4d00");
    }

    /**
     * What the client is told that it may publish. Video comes first, the most widespread codecs before others: clients take
     * the first of a kind where they may not have what they want.
     */
    List<LivekitModels.Codec> publishable() {
        return enabled.stream()
                .filter(entry -> mayPublish(entry.codec))
                .sorted(Comparator.comparingInt(entry -> rank(entry.codec)))
                .map(Enabled::written)
                .toList();
    }

    private boolean mayPublish(PayloadCodec codec) {
        return !disabled.contains(codec) && !unpublished.contains(codec);
    }

    private static int rank(PayloadCodec codec) {
        return switch (codec) {
            case VP8 -> 0;
            case H264 -> 1;
            case VP9, AV1, H265 -> 2;
            case OPUS -> 3;
            case RED, PCMU, PCMA -> 4;
        };
    }

    /**
     * The MIME type of a track that asks for a codec: that, if the client may publish it, else the first of its kind that it
     * may.
     *
     * @param name of the codec, with or without its kind
     */
    String publishMime(String name, boolean isVideo) {
        PayloadCodec wanted = PayloadCodec.of(name.substring(name.indexOf('/') + 1));
        boolean mayBe = wanted != null
                && wanted.isVideo() == isVideo
                && mayPublish(wanted)
                && enabled.stream().anyMatch(entry -> entry.codec == wanted);
        if (wanted != null && mayBe) {
            return mime(wanted);
        }
        return publishable().stream()
                .map(LivekitModels.Codec::getMime)
                .map(ClientCodecs::codec)
                .filter(codec -> codec != null && codec.isVideo() == isVideo)
                .findFirst()
                .map(ClientCodecs::mime)
                .orElse(mime(isVideo ? PayloadCodec.VP8 : PayloadCodec.OPUS)); // which then no answer has
    }

    /** What the client should know of its rules; null without any. */
    @Nullable
    ClientConfiguration configuration() {
        if (disabled.isEmpty() && unpublished.isEmpty()) {
            return null;
        }
        DisabledCodecs.Builder codecs = DisabledCodecs.newBuilder();
        disabled.forEach(
                codec -> codecs.addCodecs(LivekitModels.Codec.newBuilder().setMime(mime(codec))));
        unpublished.forEach(
                codec -> codecs.addPublish(LivekitModels.Codec.newBuilder().setMime(mime(codec))));
        return ClientConfiguration.newBuilder().setDisabledCodecs(codecs).build();
    }
}
