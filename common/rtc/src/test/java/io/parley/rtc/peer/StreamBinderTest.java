// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.rtp.RtpHeader;
import io.parley.rtc.rtp.RtpWriter;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.SsrcGroup;
import io.parley.rtc.stream.ReceiveStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamBinderTest {
    private static final int MID = 3;
    private static final int RID = 4;
    private static final int REPAIRED_RID = 5;
    private static final ExtensionIds IDS = new ExtensionIds(
            Map.of(HeaderExtension.MID, MID, HeaderExtension.RID, RID, HeaderExtension.REPAIRED_RID, REPAIRED_RID));
    private static final int OPUS = 111;
    private static final int VP8 = 96;
    private static final int RTX = 97;
    private static final List<Codec> AUDIO = List.of(new Codec(OPUS, "opus", 48000, 2, Map.of(), List.of()));
    private static final List<Codec> VIDEO = List.of(
            new Codec(VP8, "VP8", 90000, 1, Map.of(), List.of("nack")),
            new Codec(RTX, "rtx", 90000, 1, Map.of("apt", String.valueOf(VP8)), List.of()));

    private final StreamBinder binder = new StreamBinder();
    private final RtpHeader header = new RtpHeader();
    private long nowNs = 1;

    @Test
    void aMidNamesTheSection() {
        negotiate(section("a", AUDIO), section("v", VIDEO));
        assertThat(bind(1, OPUS, "a", "", "").mid()).isEqualTo("a");
        assertThat(bind(2, VP8, "v", "", "").mid()).isEqualTo("v");
        assertThat(bind(3, VP8, "gone", "", "")).isNull();
        assertThat(binder.refusal()).isEqualTo(DropReason.UNBOUND);
    }

    @Test
    void withoutMidAnSsrcOfTheDescriptionDoesOrAPayloadTypeOfOneSectionAlone() {
        negotiate(section("a", AUDIO), named("v1", Set.of(10)), named("v2", Set.of(20)));
        assertThat(bind(20, VP8, "", "", "").mid()).isEqualTo("v2");
        assertThat(bind(1, OPUS, "", "", "").mid()).isEqualTo("a");
        assertThat(bind(30, VP8, "", "", "")).isNull();
        assertThat(binder.refusal()).isEqualTo(DropReason.UNBOUND);
    }

    @Test
    void eachRefusalHasItsReason() {
        negotiate(section("a", AUDIO), new ReceiveSection("v", VIDEO, true, Set.of(), List.of()));
        assertThat(bind(1, VP8, "a", "", "")).isNull();
        assertThat(binder.refusal()).isEqualTo(DropReason.UNKNOWN_PAYLOAD_TYPE);
        assertThat(bind(2, VP8, "v", "", "")).isNull();
        assertThat(binder.refusal()).isEqualTo(DropReason.NO_RID);
        assertThat(bind(3, RTX, "v", "", "f")).isNull();
        assertThat(binder.refusal()).isEqualTo(DropReason.NOTHING_TO_REPAIR);
    }

    @Test
    void aRetransmissionFindsItsStreamByRepairedRidOrByGroup() {
        negotiate(
                new ReceiveSection("v", VIDEO, true, Set.of(), List.of()),
                new ReceiveSection("w", VIDEO, false, Set.of(10, 11, 20, 21), List.of(fid(10, 11), fid(20, 21))));
        ReceiveStream full = bind(1, VP8, "v", "f", "");
        ReceiveStream half = bind(2, VP8, "v", "h", "");
        assertThat(bind(3, RTX, "v", "", "h").repairs()).isSameAs(half);
        assertThat(bind(4, RTX, "v", "", "f").repairs()).isSameAs(full);
        bind(10, VP8, "w", "", "");
        ReceiveStream second = bind(20, VP8, "w", "", "");
        assertThat(bind(21, RTX, "w", "", "").repairs()).isSameAs(second);
    }

    /** Senders say MID and RID only until they saw a report: what was bound once stays. */
    @Test
    void bindingsOutliveRenegotiationWhileTheirSectionStays() {
        negotiate(section("a", AUDIO), section("v", VIDEO));
        ReceiveStream audio = bind(1, OPUS, "a", "", "");
        bind(2, VP8, "v", "", "");
        negotiate(section("a", AUDIO));
        assertThat(binder.find(1)).isSameAs(audio);
        assertThat(binder.find(2)).isNull();
    }

    /** A client that began its stream anew: retransmissions belonged to either, as their hashes fell. */
    @Test
    void aRetransmissionIsOfTheStreamHeardLast() {
        negotiate(section("v", VIDEO));
        for (int ssrc = 1; ssrc < 20; ssrc++) {
            nowNs += PeerPair.MS;
            ReceiveStream newest = bind(ssrc, VP8, "v", "", "");
            assertThat(bind(1000 + ssrc, RTX, "v", "", "").repairs()).isSameAs(newest);
        }
    }

    @Test
    void aSilentStreamGoesWhenAnotherTakesItsPlace() {
        negotiate(named("v", Set.of(7)), section("a", AUDIO));
        bind(7, VP8, "v", "", "");
        bind(8, VP8, "v", "", "");
        bind(9, OPUS, "a", "", "");
        nowNs += StreamBinder.IDLE_NS + 2;
        bind(10, VP8, "v", "", "");
        assertThat(binder.find(8)).isNull();
        assertThat(binder.find(7)).as("named by the description").isNotNull();
        assertThat(binder.find(9)).as("of another section").isNotNull();
    }

    /** A participant may make up as many SSRCs and RIDs as it likes; it fills its own table, and only for a while. */
    @Test
    void madeUpSsrcsAreCapped() {
        negotiate(new ReceiveSection("v", VIDEO, true, Set.of(), List.of()));
        for (int ssrc = 0; ssrc < 5000; ssrc++) {
            bind(ssrc, VP8, "v", "r" + ssrc % 3, "");
        }
        assertThat(binder.size()).isEqualTo(StreamBinder.MAX_STREAMS);
        assertThat(binder.refusal()).isEqualTo(DropReason.TOO_MANY_SSRCS);
        nowNs += StreamBinder.IDLE_NS + 1;
        assertThat(bind(9999, VP8, "v", "r0", "")).isNotNull();
    }

    private static SsrcGroup fid(int ssrc, int rtxSsrc) {
        return new SsrcGroup("FID", List.of(ssrc, rtxSsrc));
    }

    private static ReceiveSection section(String mid, List<Codec> codecs) {
        return new ReceiveSection(mid, codecs, false, Set.of(), List.of());
    }

    private static ReceiveSection named(String mid, Set<Integer> ssrcs) {
        return new ReceiveSection(mid, VIDEO, false, ssrcs, List.of());
    }

    private void negotiate(ReceiveSection... sections) {
        binder.onNegotiated(List.of(sections), IDS);
    }

    private @Nullable ReceiveStream bind(int ssrc, int payloadType, String mid, String rid, String repairedRid) {
        byte[] packet = new byte[200];
        RtpWriter writer = new RtpWriter();
        writer.begin(packet, 0, false, payloadType, 1, 1, ssrc);
        extension(writer, packet, MID, mid);
        extension(writer, packet, RID, rid);
        extension(writer, packet, REPAIRED_RID, repairedRid);
        assertThat(header.wrap(packet, 0, writer.finishHeader())).isTrue();
        ReceiveStream stream = binder.bind(nowNs, header, packet);
        if (stream != null) {
            stream.onPacket(nowNs, 1, 1);
        }
        return stream;
    }

    private static void extension(RtpWriter writer, byte[] packet, int id, String value) {
        if (!value.isEmpty()) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(text, 0, packet, writer.extension(id, text.length), text.length);
        }
    }
}
