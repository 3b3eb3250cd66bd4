// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import livekit.LivekitModels.SubscribedAudioCodec;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscribedAudioCodecUpdate;
import livekit.LivekitRtc.SubscribedCodec;
import livekit.LivekitRtc.SubscribedQuality;
import livekit.LivekitRtc.SubscribedQualityUpdate;

/** Which codecs of a track its client has to send, in all their layers: those that it sends, and those that somebody needs. */
final class WantedCodecs {
    private static final List<SubscribedQuality> ALL = Stream.of(
                    VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH)
            .map(quality -> SubscribedQuality.newBuilder()
                    .setQuality(quality)
                    .setEnabled(true)
                    .build())
            .toList();

    private WantedCodecs() {}

    @SuppressWarnings("deprecation") // what older SDKs read
    static SignalResponse of(Publication publication) {
        String sid = publication.info().getSid();
        if (publication.info().getType() == TrackType.AUDIO) {
            SubscribedAudioCodecUpdate.Builder update =
                    SubscribedAudioCodecUpdate.newBuilder().setTrackSid(sid);
            names(publication)
                    .forEach(name -> update.addSubscribedAudioCodecs(
                            SubscribedAudioCodec.newBuilder().setCodec(name).setEnabled(true)));
            return SignalResponse.newBuilder()
                    .setSubscribedAudioCodecUpdate(update)
                    .build();
        }
        SubscribedQualityUpdate.Builder update =
                SubscribedQualityUpdate.newBuilder().setTrackSid(sid).addAllSubscribedQualities(ALL);
        names(publication)
                .forEach(name -> update.addSubscribedCodecs(
                        SubscribedCodec.newBuilder().setCodec(name).addAllQualities(ALL)));
        return SignalResponse.newBuilder().setSubscribedQualityUpdate(update).build();
    }

    /** LiveKit: in lower case, without the kind. */
    private static List<String> names(Publication publication) {
        List<String> names = new ArrayList<>();
        for (PublishedCodec codec : publication.codecs()) {
            if (codec.isBound() || codec.isWanted) {
                String mime = codec.info().getMimeType();
                names.add(mime.substring(mime.indexOf('/') + 1).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
