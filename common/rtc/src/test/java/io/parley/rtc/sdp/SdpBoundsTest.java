// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Descriptions made to be expensive, as anyone with a token can send them: what one costs grows no faster than its text.
 * An offer of 390 kB whose m-line repeated an RTX format kept a shard busy for 20 s, and one of 460 kB, each of whose
 * rtcp-fb lines for all formats was copied into every format, took the whole heap.
 */
class SdpBoundsTest {
    private static final String SESSION = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    private static final String VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n";

    private static String lines(int count, IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\r\n", "", "\r\n"));
    }

    /** @param isRefused or else no more than what one line of a kind could say, and taken */
    record Hostile(String name, boolean isRefused, String lines) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Hostile refused(String name, String lines) {
        return new Hostile(name, true, lines);
    }

    private static Hostile taken(String name, String lines) {
        return new Hostile(name, false, lines);
    }

    /** Up to half a megabyte each. */
    static List<Hostile> hostile() {
        String formats = IntStream.range(0, 128).mapToObj(String::valueOf).collect(Collectors.joining(" "));
        String allFormats =
                "m=video 9 UDP/TLS/RTP/SAVPF " + formats + "\r\n" + lines(128, i -> "a=rtpmap:" + i + " x/1");
        return List.of(
                refused("repeated formats", "m=video 9 UDP/TLS/RTP/SAVPF 95" + " 97".repeat(130_000)),
                refused(
                        "formats repeated in many sections",
                        ("m=video 9 x 95" + " 97".repeat(5_000) + "\r\n").repeat(26)),
                taken("all formats in every section", allFormats.repeat(155)),
                refused("feedback for all formats", allFormats + lines(25_000, i -> "a=rtcp-fb:* x" + i)),
                taken("the same feedback for all formats", allFormats + lines(25_000, i -> "a=rtcp-fb:* nack")),
                refused("feedback for one format", VIDEO + lines(23_000, i -> "a=rtcp-fb:96 x" + i)),
                refused(
                        "format parameters",
                        VIDEO + "a=fmtp:96 " + lines(5_000, i -> i + ";").replace("\r\n", "")),
                taken("lines of format parameters", VIDEO + ("a=fmtp:96 " + "ab;".repeat(3_000) + "\r\n").repeat(44)),
                refused("SSRCs", VIDEO + lines(24_000, i -> "a=ssrc:" + i + " a")),
                refused("SSRC groups", VIDEO + lines(15_000, i -> "a=ssrc-group:FID 1 " + i)),
                refused("SSRCs of a group", VIDEO + "a=ssrc-group:SIM" + " 1".repeat(16_000)),
                refused("rids", VIDEO + lines(26_000, i -> "a=rid:" + i + " send")),
                refused("extensions", VIDEO + lines(21_000, i -> "a=extmap:1 " + i)),
                refused("candidates", VIDEO + lines(7_000, i -> "a=candidate:" + i + " 1 udp 1 192.0.2.1 9 typ host")),
                refused("sections", lines(30_000, i -> "m=audio 9 x")),
                taken("unknown attributes", VIDEO + lines(90_000, i -> "a=")),
                taken("unknown attributes of the session", lines(90_000, i -> "a=")),
                refused("mids of a bundle", "a=group:BUNDLE" + " 1".repeat(16_000) + "\r\n"),
                refused("groups", lines(20_000, i -> "a=group:BUNDLE " + i)),
                refused("fingerprints", VIDEO + lines(15_000, i -> "a=fingerprint:sha-256 00:11:22")),
                refused("a credential", VIDEO + "a=ice-ufrag:" + "x".repeat(30_000) + "\r\n"),
                refused("a line", VIDEO + "a=" + "x".repeat(400_000) + "\r\n"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    @Timeout(20)
    void costsNoMoreThanItsLength(Hostile hostile) {
        String text = SESSION + hostile.lines();
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean isRefused = false;
        try {
            SessionDescription read = SessionDescription.parse(text);
            for (MediaDescription media : read.media) {
                assertThat(media.codecs.size()).isLessThanOrEqualTo(128);
                assertThat(media.codecs.stream().mapToInt(c -> c.feedback().size()))
                        .allMatch(size -> size <= 32);
            }
        } catch (SdpException refused) {
            isRefused = true;
            assertThat(refused.getMessage()).hasSizeBetween(10, 200);
        }
        long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(isRefused).isEqualTo(hostile.isRefused());
        assertThat(allocatedBytes / text.length()).as("bytes for a character").isLessThan(150);
    }

    /** The number is an index of arrays. */
    @Test
    void retransmissionOfWhatIsNoPayloadTypeRepairsNothing() {
        SessionDescription read = SessionDescription.parse(SESSION + VIDEO
                + "a=rtpmap:96 rtx/90000\r\na=fmtp:96 apt=128\r\na=rtpmap:97 rtx/90000\r\n" + "a=fmtp:97 apt=127\r\n");
        assertThat(read.media.getFirst().codecs.stream().map(Codec::associatedPayloadType))
                .containsExactly(-1, 127);
    }

    @Test
    void feedbackForAllFormatsGoesToEachOnce() {
        SessionDescription read = SessionDescription.parse(SESSION + VIDEO + "a=rtpmap:96 VP8/90000\r\n"
                + "a=rtpmap:97 VP9/90000\r\na=rtcp-fb:* nack\r\na=rtcp-fb:* nack\r\na=rtcp-fb:97 nack\r\n"
                + "a=rtcp-fb:97 nack pli\r\n");
        assertThat(read.media.getFirst().codecs.getFirst().feedback()).containsExactly("nack");
        assertThat(read.media.getFirst().codecs.getLast().feedback()).containsExactly("nack", "nack pli");
    }
}
