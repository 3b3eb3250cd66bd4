// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.TrackSid;
import io.parley.engine.shard.RoomDefaults;
import java.util.List;
import livekit.LivekitModels.AudioTrackFeature;
import livekit.LivekitModels.BackupCodecPolicy;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.SimulcastCodecInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.SimulcastCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** LiveKit's fix-ups of add_track. */
@SuppressWarnings("deprecation") // SDKs still write the deprecated members
class TrackDescriberTest {
    private static final ClientCodecs CODECS = new ClientCodecs(ClientInfo.getDefaultInstance(), RoomDefaults.CODECS);

    private static TrackInfo describe(AddTrackRequest.Builder request) {
        return describe(request, false);
    }

    private static TrackInfo describe(AddTrackRequest.Builder request, boolean isObs) {
        return new TrackDescriber(CODECS, isObs).describe(request.build(), new TrackSid("TR_1"));
    }

    private static AddTrackRequest.Builder video() {
        return AddTrackRequest.newBuilder()
                .setCid("cid")
                .setType(TrackType.VIDEO)
                .setSource(TrackSource.CAMERA);
    }

    private static AddTrackRequest.Builder audio() {
        return AddTrackRequest.newBuilder()
                .setCid("cid")
                .setType(TrackType.AUDIO)
                .setSource(TrackSource.MICROPHONE);
    }

    private static SimulcastCodec codec(String name, String cid, VideoLayer... layers) {
        return SimulcastCodec.newBuilder()
                .setCodec(name)
                .setCid(cid)
                .addAllLayers(List.of(layers))
                .build();
    }

    private static VideoLayer layer(VideoQuality quality) {
        return VideoLayer.newBuilder().setQuality(quality).build();
    }

    private static VideoLayer layer(VideoQuality quality, int number, String rid) {
        return layer(quality).toBuilder().setSpatialLayer(number).setRid(rid).build();
    }

    @Test
    void aClientThatNamesNoCodecHasOneAllTheSame() {
        TrackInfo track = describe(video().addLayers(layer(VideoQuality.HIGH)));
        assertThat(track.getCodecsList())
                .containsExactly(SimulcastCodecInfo.newBuilder()
                        .setCid("cid")
                        .setVideoLayerMode(VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM)
                        .addLayers(layer(VideoQuality.HIGH, 0, "q"))
                        .build());
        assertThat(describe(audio()).getCodecsList())
                .containsExactly(SimulcastCodecInfo.newBuilder().setCid("cid").build());
    }

    @Test
    void eachCodecIsThereOnceAndIsOneThatMayBePublished() {
        TrackInfo track = describe(video().addSimulcastCodecs(codec("vp9", "a"))
                .addSimulcastCodecs(codec("flexfec-03", "b"))
                .addSimulcastCodecs(codec("video/VP9", "c"))
                .addSimulcastCodecs(codec("h264", "d")));
        assertThat(track.getCodecsList())
                .extracting(codec -> codec.getMimeType() + " " + codec.getCid())
                .containsExactly("video/VP9 a", "video/VP8 b", "video/H264 d");
    }

    @Test
    void layersGoFromLowToHigh() {
        TrackInfo track = describe(video().addLayers(layer(VideoQuality.HIGH))
                .addLayers(layer(VideoQuality.LOW))
                .addSimulcastCodecs(codec("vp8", ""))
                .addSimulcastCodecs(codec("h264", "", layer(VideoQuality.MEDIUM))));
        VideoLayer low = layer(VideoQuality.LOW, 0, "q");
        VideoLayer high = layer(VideoQuality.HIGH, 1, "h");
        assertThat(track.getLayersList()).containsExactly(low, high);
        assertThat(track.getCodecs(0).getLayersList()).containsExactly(low, high);
        assertThat(track.getCodecs(1).getLayersList()).containsExactly(layer(VideoQuality.MEDIUM, 0, "q"));
    }

    @Test
    void aRidThatTheClientNamesStays() {
        TrackInfo track = describe(video().addLayers(layer(VideoQuality.LOW, 0, "2")));
        assertThat(track.getLayers(0).getRid()).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource({
        "vp8,false,ONE_SPATIAL_LAYER_PER_STREAM",
        "vp8,true,ONE_SPATIAL_LAYER_PER_STREAM_INCOMPLETE_RTCP_SR",
        "h264,false,ONE_SPATIAL_LAYER_PER_STREAM",
        "vp9,false,MULTIPLE_SPATIAL_LAYERS_PER_STREAM",
        "av1,true,MULTIPLE_SPATIAL_LAYERS_PER_STREAM"
    })
    void layersAreWhereTheCodecPutsThemIfTheClientDoesNotSay(String codec, boolean isObs, VideoLayer.Mode mode) {
        TrackInfo track = describe(video().addSimulcastCodecs(codec(codec, "")), isObs);
        assertThat(track.getCodecs(0).getVideoLayerMode()).isEqualTo(mode);
        VideoLayer.Mode said = VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM;
        TrackInfo saying =
                describe(video().addSimulcastCodecs(codec(codec, "").toBuilder().setVideoLayerMode(said)), isObs);
        assertThat(saying.getCodecs(0).getVideoLayerMode()).isEqualTo(said);
    }

    @Test
    void severalStreamsAreSimulcastAndSeveralLayersOfOneAreNot() {
        AddTrackRequest.Builder layered =
                video().addLayers(layer(VideoQuality.LOW)).addLayers(layer(VideoQuality.HIGH));
        assertThat(describe(layered.clone()).getSimulcast()).isTrue();
        assertThat(describe(layered.clone().addSimulcastCodecs(codec("vp8", "")))
                        .getSimulcast())
                .isTrue();
        assertThat(describe(layered.clone().addSimulcastCodecs(codec("vp9", "")))
                        .getSimulcast())
                .isFalse();
        assertThat(describe(video().addLayers(layer(VideoQuality.HIGH))).getSimulcast())
                .isFalse();
    }

    @Test
    void flagsAndFeaturesSayTheSame() {
        TrackInfo byFlags = describe(audio().setStereo(true).setDisableDtx(true));
        assertThat(byFlags.getAudioFeaturesList())
                .containsExactlyInAnyOrder(AudioTrackFeature.TF_STEREO, AudioTrackFeature.TF_NO_DTX);
        TrackInfo byFeatures = describe(audio().addAudioFeatures(AudioTrackFeature.TF_STEREO)
                .addAudioFeatures(AudioTrackFeature.TF_STEREO)
                .addAudioFeatures(AudioTrackFeature.TF_NO_DTX)
                .setStereo(true));
        assertThat(byFeatures.getStereo()).isTrue();
        assertThat(byFeatures.getDisableDtx()).isTrue();
        assertThat(byFeatures.getAudioFeaturesList())
                .containsExactly(AudioTrackFeature.TF_STEREO, AudioTrackFeature.TF_NO_DTX);
        assertThat(describe(audio()).getAudioFeaturesList()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = BackupCodecPolicy.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
    void audioHasItsBackupBesideItUnlessEverybodyIsToHaveIt(BackupCodecPolicy policy) {
        boolean isRegression = policy == BackupCodecPolicy.REGRESSION;
        assertThat(describe(audio().setBackupCodecPolicy(policy)).getBackupCodecPolicy())
                .isEqualTo(isRegression ? policy : BackupCodecPolicy.SIMULCAST);
        assertThat(describe(video().setBackupCodecPolicy(policy)).getBackupCodecPolicy())
                .isEqualTo(policy);
    }

    /** Any client may send any number, and those of tomorrow do. */
    @Test
    void valuesThatWeDoNotKnowArePassedOn() {
        TrackInfo track = describe(video().setSourceValue(77)
                .setEncryptionValue(78)
                .setBackupCodecPolicyValue(79)
                .addAudioFeaturesValue(80)
                .addPacketTrailerFeaturesValue(81)
                .addLayers(VideoLayer.newBuilder().setQualityValue(82))
                .addSimulcastCodecs(codec("vp8", "").toBuilder().setVideoLayerModeValue(83)));
        assertThat(track.getSourceValue()).isEqualTo(77);
        assertThat(track.getEncryptionValue()).isEqualTo(78);
        assertThat(track.getBackupCodecPolicyValue()).isEqualTo(79);
        assertThat(track.getAudioFeaturesValueList()).containsExactly(80);
        assertThat(track.getPacketTrailerFeaturesValueList()).containsExactly(81);
        assertThat(track.getStream()).isEqualTo("unknown");
    }
}
