// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.id;

import java.util.random.RandomGenerator;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;

/** A published track. LiveKit's form: TR_, a letter for the kind, one for the source if known, random characters. */
public record TrackSid(String value) {
    public static TrackSid random(TrackType type, TrackSource source, RandomGenerator random) {
        String kind = type == TrackType.VIDEO ? "V" : "A";
        String from = switch (source) {
            case CAMERA -> "C";
            case MICROPHONE -> "M";
            case SCREEN_SHARE -> "S";
            case SCREEN_SHARE_AUDIO -> "s";
            default -> "";
        };
        return new TrackSid(Sids.random("TR_" + kind + from, random));
    }

    @Override
    public String toString() {
        return value;
    }
}
