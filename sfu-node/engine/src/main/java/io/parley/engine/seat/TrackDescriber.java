// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.TrackSid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import livekit.LivekitModels.AudioTrackFeature;
import livekit.LivekitModels.BackupCodecPolicy;
import livekit.LivekitModels.SimulcastCodecInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.SimulcastCodec;

/** What a room is told of a track: as the client announced it, with what it left out or may not have put right (LiveKit's rules). */
final class TrackDescriber {
    /** Of the layers of a track, from low to high, where its client does not name them. */
    private static final List<String> RIDS = List.of("q", "h", "f");

    private final ClientCodecs codecs;

    /** Its sender reports don't cover all layers. */
    private final boolean isObs;

    TrackDescriber(ClientCodecs codecs, boolean isObs) {
        this.codecs = codecs;
        this.isObs = isObs;
    }

    @SuppressWarnings("deprecation") // SDKs still read the deprecated members
    TrackInfo describe(AddTrackRequest request, TrackSid sid) {
        List<SimulcastCodecInfo> described = codecs(request);
        boolean isSvc = isSvc(described.getFirst().getMimeType());
        TrackInfo.Builder info = TrackInfo.newBuilder()
                .setSid(sid.value())
                .setType(request.getType())
                .setName(request.getName())
                .setMuted(request.getMuted())
                .setWidth(request.getWidth())
                .setHeight(request.getHeight())
                .setSourceValue(request.getSourceValue())
                .addAllLayers(layers(request.getLayersList()))
                .addAllCodecs(described)
                .setDisableRed(request.getDisableRed())
                .setEncryptionValue(request.getEncryptionValue())
                .setStream(request.getStream().isEmpty() ? defaultStream(request.getSource()) : request.getStream())
                .setBackupCodecPolicyValue(backupPolicy(request))
                .addAllPacketTrailerFeaturesValue(request.getPacketTrailerFeaturesValueList())
                .setSimulcast(request.getLayersCount() > 1 && !isSvc);
        Set<Integer> features = new LinkedHashSet<>(request.getAudioFeaturesValueList());
        if (request.getStereo()) {
            features.add(AudioTrackFeature.TF_STEREO_VALUE);
        }
        if (request.getDisableDtx()) {
            features.add(AudioTrackFeature.TF_NO_DTX_VALUE);
        }
        return withFeatures(info.build(), features);
    }

    /** LiveKit: what add_track with a sid says of codecs that the track was announced with; others count for nothing. */
    TrackInfo withCodecs(TrackInfo track, AddTrackRequest request) {
        TrackInfo.Builder info = track.toBuilder();
        boolean isVideo = track.getType() == TrackType.VIDEO;
        for (SimulcastCodec codec : request.getSimulcastCodecsList()) {
            String mime = codecs.publishMime(codec.getCodec(), isVideo);
            for (SimulcastCodecInfo.Builder known : info.getCodecsBuilderList()) {
                if (known.getMimeType().equals(mime) && known.getMid().isEmpty()) {
                    known.setCid(codec.getCid());
                    if (codec.getLayersCount() > 0) {
                        known.clearLayers().addAllLayers(layers(codec.getLayersList()));
                    }
                }
            }
        }
        return info.build();
    }

    /**
     * The features and the older flags for two of them say the same.
     *
     * @param features numbers of AudioTrackFeature: a client may know more of them than we do
     */
    @SuppressWarnings("deprecation") // SDKs still read the deprecated members
    static TrackInfo withFeatures(TrackInfo track, Collection<Integer> features) {
        return track.toBuilder()
                .clearAudioFeatures()
                .addAllAudioFeaturesValue(features)
                .setStereo(features.contains(AudioTrackFeature.TF_STEREO_VALUE))
                .setDisableDtx(features.contains(AudioTrackFeature.TF_NO_DTX_VALUE))
                .build();
    }

    /** Audio is no burden: a backup goes beside the first codec, unless the client wants everybody on one. */
    private static int backupPolicy(AddTrackRequest request) {
        boolean isForced =
                request.getType() == TrackType.AUDIO && request.getBackupCodecPolicy() != BackupCodecPolicy.REGRESSION;
        return isForced ? BackupCodecPolicy.SIMULCAST_VALUE : request.getBackupCodecPolicyValue();
    }

    private static String defaultStream(TrackSource source) {
        return switch (source) {
            case CAMERA, MICROPHONE -> "camera";
            case SCREEN_SHARE, SCREEN_SHARE_AUDIO -> "screen";
            default -> "unknown";
        };
    }

    private List<SimulcastCodecInfo> codecs(AddTrackRequest request) {
        boolean isVideo = request.getType() == TrackType.VIDEO;
        List<SimulcastCodecInfo> described = new ArrayList<>();
        Set<String> mimes = new HashSet<>();
        for (SimulcastCodec codec : request.getSimulcastCodecsList()) {
            String mime = codec.getCodec().isEmpty() ? "" : codecs.publishMime(codec.getCodec(), isVideo);
            if (mimes.add(mime)) {
                boolean hasOwn = codec.getLayersCount() > 0;
                described.add(SimulcastCodecInfo.newBuilder()
                        .setMimeType(mime)
                        .setCid(codec.getCid())
                        .setVideoLayerMode(
                                isVideo ? mode(codec.getVideoLayerMode(), mime) : VideoLayer.Mode.MODE_UNUSED)
                        .addAllLayers(layers(hasOwn ? codec.getLayersList() : request.getLayersList()))
                        .build());
            }
        }
        if (described.isEmpty()) {
            described.add(SimulcastCodecInfo.newBuilder()
                    .setCid(request.getCid())
                    .setVideoLayerMode(isVideo ? mode(VideoLayer.Mode.MODE_UNUSED, "") : VideoLayer.Mode.MODE_UNUSED)
                    .addAllLayers(layers(request.getLayersList()))
                    .build());
        }
        return described;
    }

    private VideoLayer.Mode mode(VideoLayer.Mode wanted, String mime) {
        if (wanted != VideoLayer.Mode.MODE_UNUSED && wanted != VideoLayer.Mode.UNRECOGNIZED) {
            return wanted;
        }
        if (isSvc(mime)) {
            return VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM;
        }
        return isObs
                ? VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM_INCOMPLETE_RTCP_SR
                : VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM;
    }

    /** Codecs whose one stream may have several spatial layers. */
    private static boolean isSvc(String mime) {
        return mime.equals("video/VP9") || mime.equals("video/AV1");
    }

    /** From low to high: a layer's place, and not its quality, is its number. */
    private static List<VideoLayer> layers(List<VideoLayer> announced) {
        List<VideoLayer> sorted = new ArrayList<>(announced);
        sorted.sort(Comparator.comparingInt(VideoLayer::getQualityValue));
        for (int i = 0; i < sorted.size(); i++) {
            VideoLayer layer = sorted.get(i);
            String rid = layer.getRid().isEmpty() ? RIDS.get(i) : layer.getRid();
            sorted.set(i, layer.toBuilder().setSpatialLayer(i).setRid(rid).build());
        }
        return sorted;
    }
}
