// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Path;
import io.parley.rtc.rtp.ExtensionIds;
import io.parley.rtc.rtp.HeaderExtension;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.stream.SendStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A client that publishes to a server. */
class PeerTransportTest {
    private static final Path ELSEWHERE = new Path(0, new InetSocketAddress("198.51.100.7", 1000));
    private static final int VP8 = 96;
    private static final int RTX = 97;
    private static final List<Codec> CODECS = List.of(
            new Codec(VP8, "VP8", 90000, 1, Map.of(), List.of("nack")),
            new Codec(RTX, "rtx", 90000, 1, Map.of("apt", String.valueOf(VP8)), List.of()));
    private static final ExtensionIds IDS = new ExtensionIds(Map.of(HeaderExtension.MID, 3));

    private final PeerPair pair = new PeerPair();

    /**
     * Packets that were under way when a client changed its network come late, by the path that it left, and led us back
     * there: what we sent went nowhere until the next packet. Any client that moves.
     */
    @Test
    void stragglersFromThePathThatAPeerLeftBringNothingBack() {
        SendStream stream = stream(1);
        negotiate("0");
        pair.clientPath = ELSEWHERE;
        pair.runMs(7000); // its checks go on from there
        assertThat(serverSendsTo()).isEqualTo(ELSEWHERE);
        send(stream, 70_000);
        send(stream, 70_001);
        pair.client.outbox.flush();
        byte[] early = pair.client.sent.remove();
        byte[] late = pair.client.sent.remove();
        pair.server.deliver(PeerPair.TO_CLIENT, late);
        assertThat(serverSendsTo()).isEqualTo(PeerPair.TO_CLIENT);
        pair.server.deliver(ELSEWHERE, early);
        assertThat(serverSendsTo()).isEqualTo(PeerPair.TO_CLIENT);
        assertThat(pair.server.received).containsExactly(70_001L, 70_000L);
    }

    /** RTX packets counted as their stream's, so that receivers saw losses that never were. */
    @Test
    void retransmissionsAreOfAnotherSsrcThanTheSenderReportCounts() {
        SendStream stream = stream(1);
        negotiate("0");
        send(stream, 70_000);
        send(stream, 70_001);
        int at = pair.client.peer.writer().beginRtx(stream, true, 70_000, 0);
        assertThat(at).isPositive();
        pair.client.peer.writer().commit(10);
        assertThat(stream.packets()).isEqualTo(2);
        assertThat(stream.octets()).isEqualTo(20);
    }

    /** A user who turns the camera off and on, each time in a section of its own. */
    @Test
    void hundredsOfTracksComeAndGoInOneSession() {
        for (int i = 0; i < 400; i++) {
            negotiate(String.valueOf(i));
            send(stream(1000 + i), 70_000);
            pair.runMs(100);
        }
        assertThat(pair.server.received).hasSize(400);
    }

    /**
     * The same in one section, which SDKs use again: each SSRC stayed bound for the life of the session, and at 256 of
     * them new tracks of that user were refused.
     */
    @Test
    void hundredsOfTracksComeAndGoInOneSection() {
        negotiate("0");
        for (int i = 0; i < 400; i++) {
            send(stream("0", 1000 + i), 70_000);
            pair.runMs(100);
        }
        assertThat(pair.server.received).hasSize(400);
    }

    /** What could be sent by anyone who knows an address pair, or by the peer, and was dropped without a trace. */
    @Test
    void whatIsDroppedHasAReason() {
        byte[] forged = new byte[60];
        forged[0] = 23;
        forged[12] = 47;
        pair.server.deliver(PeerPair.TO_CLIENT, forged);
        assertThat(pair.server.counters.get(DropReason.DTLS_REJECTED)).isEqualTo(1);
        negotiate("0");
        send(stream(1), 70_000);
        send(stream(1), 70_002);
        pair.runMs(50); // the client did not say that it sends this: the server's NACK is about nothing it knows
        assertThat(pair.client.counters.get(DropReason.UNKNOWN_STREAM)).isEqualTo(1);
    }

    private Path serverSendsTo() {
        Path selected = pair.server.peer.ice().selectedPath();
        return selected == null ? new Path(9, new InetSocketAddress(1)) : selected;
    }

    private SendStream stream(int ssrc) {
        return stream(ssrc < 1000 ? "0" : String.valueOf(ssrc - 1000), ssrc);
    }

    private static SendStream stream(String mid, int ssrc) {
        return new SendStream(ssrc, ssrc + 100_000, mid, "cname", VP8, RTX, 90000, 1);
    }

    private void negotiate(String mid) {
        pair.server.peer.onNegotiated(List.of(new ReceiveSection(mid, CODECS, false, Set.of(), List.of())), IDS);
        pair.client.peer.onNegotiated(List.of(), IDS);
    }

    private void send(SendStream stream, long extSeq) {
        assertThat(pair.client.peer.writer().begin(stream, true, extSeq, (int) extSeq))
                .isPositive();
        pair.client.peer.writer().commit(10);
    }
}
