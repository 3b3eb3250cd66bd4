// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.shard.RoomDefaults;
import io.parley.rtc.sdp.Codec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import livekit.LivekitModels;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisabledCodecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientCodecsTest {
    private static ClientCodecs of(ClientInfo client, LivekitModels.Codec... room) {
        return new ClientCodecs(client, room.length == 0 ? RoomDefaults.CODECS : List.of(room));
    }

    private static ClientCodecs of(LivekitModels.Codec... room) {
        return of(ClientInfo.getDefaultInstance(), room);
    }

    private static LivekitModels.Codec mime(String mime) {
        return LivekitModels.Codec.newBuilder().setMime(mime).build();
    }

    private static Codec offered(String name, String... parameters) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String parameter : parameters) {
            String[] parts = parameter.split("=", 2);
            map.put(parts[0], parts[1]);
        }
        return new Codec(100, name, 90_000, 1, map, List.of());
    }

    private static List<String> mimes(Stream<LivekitModels.Codec> codecs) {
        return codecs.map(codec -> codec.getMime().replaceFirst(".*/", "")).toList();
    }

    @Test
    void videoComesFirstAndTheMostWidespreadOfIt() {
        assertThat(of().publishable())
                .extracting(LivekitModels.Codec::getMime)
                .containsExactly(
                        "video/VP8",
                        "video/H264",
                        "video/VP9",
                        "video/AV1",
                        "video/H265",
                        "audio/opus",
                        "audio/PCMU",
                        "audio/PCMA");
        assertThat(of().configuration()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Firefox,150.0,Linux,'',AV1,''",
        "firefox,100.0,Windows,'',AV1,''",
        "Firefox Mobile,150.0,Android,'',AV1,H264",
        "Firefox iOS,150.0,iOS,iPhone,'',''",
        "Safari,18.3,Mac OS X,'',AV1,''",
        "Safari,18.4,Mac OS X,'',AV1,VP9",
        "Safari,18.3.1,Mac OS X,'',AV1,VP9",
        "Safari,26.0,Mac OS X,'',AV1,VP9",
        "Mobile Safari,18.4,iOS,iPhone,'',''",
        "Chrome Mobile,117.0,Android,2201117TI,'',H264",
        "'','',android,xiaomi 2201117ti,'',H264",
        "Chrome Mobile,117.0,Android,Pixel 8,'',''",
        "Chrome,150.0,Linux,2201117TI,'',''",
        "Firefox Mobile,150.0,Android,2201117TI,AV1,H264"
    })
    void whatABrowserOrDeviceFailsOnIsDisabled(
            String browser, String version, String os, String model, String disabled, String unpublished) {
        ClientCodecs codecs = of(ClientInfo.newBuilder()
                .setBrowser(browser)
                .setBrowserVersion(version)
                .setOs(os)
                .setDeviceModel(model)
                .build());
        if (disabled.isEmpty() && unpublished.isEmpty()) {
            assertThat(codecs.configuration()).isNull();
        } else {
            DisabledCodecs told = Objects.requireNonNull(codecs.configuration()).getDisabledCodecs();
            assertThat(String.join(" ", mimes(told.getCodecsList().stream()))).isEqualTo(disabled);
            assertThat(String.join(" ", mimes(told.getPublishList().stream()))).isEqualTo(unpublished);
        }
        for (String codec : Arrays.asList("VP8", "VP9", "AV1", "H264", "H265")) {
            boolean isDisabled = codec.equals(disabled);
            assertThat(codecs.mayReceive(offered(codec))).as(codec).isEqualTo(!isDisabled);
            boolean mayPublish = !isDisabled && !codec.equals(unpublished);
            assertThat(codecs.mayPublish(offered(codec))).as(codec).isEqualTo(mayPublish);
            assertThat(mimes(codecs.publishable().stream()).contains(codec)).isEqualTo(mayPublish);
        }
    }

    @Test
    void aRoomMayHaveFewerCodecs() {
        ClientCodecs codecs = of(mime("audio/opus"), mime("video/vp9"), mime("video/rtx"));
        assertThat(codecs.mayPublish(offered("VP9"))).isTrue();
        assertThat(codecs.mayPublish(offered("VP8"))).isFalse();
        assertThat(codecs.mayReceive(offered("VP8"))).isFalse();
        assertThat(codecs.publishable()).containsExactly(mime("video/vp9"), mime("audio/opus"));
    }

    /** LiveKit #4723. */
    @Test
    void baselineAndMainAreEnabledOnlyByTheirParameters() {
        Codec baseline =
                offered("H264", "level-asymmetry-allowed=1", "packetization-mode=1", "profile-level-id=42001f");
        assertThat(of().mayPublish(baseline)).isFalse();
        assertThat(of().mayPublish(offered("H264", "profile-level-id=4d001f"))).isFalse();
        assertThat(of().mayPublish(offered("H264", "profile-level-id=42e01f"))).isTrue();
        assertThat(of().mayPublish(offered("H264", "profile-level-id=640032"))).isTrue();
        ClientCodecs named = of(mime("video/H264").toBuilder()
                .setFmtpLine("packetization-mode=1;profile-level-id=42001F;level-asymmetry-allowed=1")
                .build());
        assertThat(named.mayPublish(baseline)).isTrue();
        assertThat(named.mayPublish(offered("H264", "profile-level-id=42e01f"))).isFalse();
    }

    @Test
    void whatWeDoNotForwardIsNotEnabled() {
        assertThat(of().mayPublish(offered("red"))).isFalse();
        assertThat(of().mayPublish(offered("telephone-event"))).isFalse();
        assertThat(of(mime("audio/VP8"), mime("")).publishable()).isEmpty();
    }

    /** LiveKit #4930: retransmission and repair are no codecs of tracks. */
    @Test
    void aTrackGetsTheFirstCodecThatItMayHaveInsteadOfOneThatItMayNot() {
        assertThat(of().publishMime("vp9", true)).isEqualTo("video/VP9");
        assertThat(of().publishMime("video/h264", true)).isEqualTo("video/H264");
        for (String impossible : List.of("rtx", "video/rtx", "flexfec-03", "ulpfec", "opus", "nonsense", "red")) {
            assertThat(of().publishMime(impossible, true)).isEqualTo("video/VP8");
        }
        assertThat(of().publishMime("red", false)).isEqualTo("audio/opus");
        assertThat(of(mime("video/rtx"), mime("video/AV1"), mime("video/H264")).publishMime("vp8", true))
                .isEqualTo("video/H264");
    }
}
