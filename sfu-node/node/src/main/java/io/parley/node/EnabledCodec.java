// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import java.util.List;
import java.util.regex.Pattern;
import livekit.LivekitModels.Codec;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What may be published ({@code parley.room.enabled-codecs}).
 *
 * @param mime such as "video/VP8"
 * @param fmtpLine format parameters that an offered codec has to have, such as H.264's profile; "" for the usual ones
 */
public record EnabledCodec(String mime, @DefaultValue("") String fmtpLine) {
    private static final Pattern MIME = Pattern.compile("(?:audio|video)/[-\\w]+");

    public EnabledCodec {
        if (!MIME.matcher(mime).matches()) {
            throw new IllegalArgumentException("parley.room.enabled-codecs: \"" + mime
                    + "\" is no MIME type of a codec: write audio/opus or video/VP8, say");
        }
    }

    public static List<Codec> of(List<EnabledCodec> codecs) {
        return codecs.stream()
                .map(codec -> Codec.newBuilder()
                        .setMime(codec.mime)
                        .setFmtpLine(codec.fmtpLine)
                        .build())
                .toList();
    }
}
