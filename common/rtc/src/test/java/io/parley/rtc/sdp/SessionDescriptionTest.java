// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers captured from real clients, and what they must not be able to do. */
class SessionDescriptionTest {
    private static final String MINIMAL = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

    @Test
    void readsChromiumsOffer() {
        SessionDescription offer = SessionDescription.parse(capture("chromium-156-offer.sdp"));
        assertThat(offer.extmapAllowMixed).isTrue();
        assertThat(offer.bundle).isEqualTo(offer.media.stream().map(m -> m.mid).toList());
        assertThat(offer.media).hasSizeGreaterThan(4);
        MediaDescription video = offer.media.stream()
                .filter(m -> m.kind == MediaKind.VIDEO)
                .findFirst()
                .orElseThrow();
        assertThat(video.direction).isEqualTo(Direction.RECVONLY);
        assertThat(video.setup).isEqualTo(Setup.ACTPASS);
        assertThat(video.rtcpMux).isTrue();
        Codec vp8 = video.codecs.getFirst();
        assertThat(vp8.is("vp8")).isTrue();
        assertThat(vp8.feedback()).contains("nack", "nack pli", "ccm fir", "transport-cc", "goog-remb");
        Codec rtx = video.codecs.get(1);
        assertThat(rtx.associatedPayloadType()).isEqualTo(vp8.payloadType());
        assertThat(video.rtxPayloadType(vp8.payloadType())).isEqualTo(rtx.payloadType());
        assertThat(video.extensions).containsKey("urn:ietf:params:rtp-hdrext:sdes:mid");
        Codec h264 = video.codecs.stream().filter(c -> c.is("H264")).findFirst().orElseThrow();
        assertThat(h264.parameters()).containsKeys("profile-level-id", "packetization-mode");
        MediaDescription data = offer.media.stream()
                .filter(m -> m.kind == MediaKind.APPLICATION)
                .findFirst()
                .orElseThrow();
        assertThat(data.sctpPort).isEqualTo(5000);
        assertThat(data.maxMessageSize).isEqualTo(262144);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chromium-156-offer.sdp", "python-sdk-1.2-offer.sdp", "go-sdk-2.18-offer.sdp"})
    void writesWhatItReadsFromRealClients(String name) {
        SessionDescription first = SessionDescription.parse(capture(name));
        String written = first.format();
        SessionDescription second = SessionDescription.parse(written);
        assertThat(second.format()).isEqualTo(written);
        assertThat(second.media).hasSameSizeAs(first.media);
        for (int i = 0; i < first.media.size(); i++) {
            MediaDescription a = first.media.get(i);
            MediaDescription b = second.media.get(i);
            assertThat(b.codecs).isEqualTo(a.codecs);
            assertThat(b.extensions).isEqualTo(a.extensions);
            assertThat(b.ice).isEqualTo(a.ice);
            assertThat(b.fingerprint).isEqualTo(a.fingerprint);
            assertThat(b.direction).isEqualTo(a.direction);
            assertThat(b.candidates).isEqualTo(a.candidates);
        }
    }

    @Test
    void keepsSimulcastMsidAndSsrcs() {
        MediaDescription media = new MediaDescription(MediaKind.VIDEO, "3");
        media.codecs.add(new Codec(96, "VP8", 90000, 1, Map.of(), List.of("nack", "nack pli")));
        media.codecs.add(new Codec(97, "rtx", 90000, 1, Map.of("apt", "96"), List.of()));
        media.rids.add(new Rid("q", true, ""));
        media.rids.add(new Rid("h", true, "max-width=640"));
        media.simulcast = "send q;h";
        media.streamId = "PA_a|TR_b";
        media.trackId = "TR_b";
        media.cname = "c";
        media.ssrcs.addAll(List.of(-2, 7));
        media.ssrcGroups.add(new SsrcGroup("FID", List.of(-2, 7)));
        media.candidates.add(Candidate.udpHost("1", "2001:db8::1", 7882, 65535));
        SessionDescription session = new SessionDescription(1, 1);
        session.media.add(media);
        MediaDescription read = SessionDescription.parse(session.format()).media.getFirst();
        assertThat(read.rids).isEqualTo(media.rids);
        assertThat(read.simulcast).isEqualTo("send q;h");
        assertThat(read.streamId).isEqualTo("PA_a|TR_b");
        assertThat(read.trackId).isEqualTo("TR_b");
        assertThat(read.ssrcs).containsExactly(-2, 7);
        assertThat(read.ssrcGroups).isEqualTo(media.ssrcGroups);
        assertThat(read.candidates).isEqualTo(media.candidates);
        assertThat(read.codecs).isEqualTo(media.codecs);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=1",
                "v=0\r\ns=-\r\n",
                "nonsense",
                MINIMAL + "m=audio\r\n",
                MINIMAL + "m=text 9 UDP/TLS/RTP/SAVPF 0\r\n",
                MINIMAL + "m=audio 99999 UDP/TLS/RTP/SAVPF 0\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 300\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 x/0\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 x\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=ssrc:x y\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n",
                MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=candidate:1 1 udp x 1.2.3.4 5 typ host\r\n"
            })
    void refusesWhatIsNoDescriptionWithAReason(String text) {
        assertThatThrownBy(() -> SessionDescription.parse(text))
                .isInstanceOf(SdpException.class)
                .hasMessageMatching(".+");
    }

    @Test
    void refusesMoreSectionsThanAnySessionHas() {
        String many = MINIMAL + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n".repeat(1001);
        assertThatThrownBy(() -> SessionDescription.parse(many)).isInstanceOf(SdpException.class);
    }

    private static String capture(String name) {
        try (InputStream in = SessionDescriptionTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
