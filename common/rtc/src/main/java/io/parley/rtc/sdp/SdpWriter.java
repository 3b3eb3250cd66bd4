// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.stream.Collectors;

/** Writes the model as SDP in the order that RFC 8829 s.5.2 and s.5.3 give. */
final class SdpWriter {
    private final SessionDescription session;
    private final StringBuilder out = new StringBuilder(4096);

    SdpWriter(SessionDescription session) {
        this.session = session;
    }

    String write() {
        line("v=0");
        line("o=- " + Long.toUnsignedString(session.sessionId) + " " + Long.toUnsignedString(session.version)
                + " IN IP4 0.0.0.0");
        line("s=-");
        line("t=0 0");
        if (!session.bundle.isEmpty()) {
            line("a=group:BUNDLE " + String.join(" ", session.bundle));
        }
        if (session.extmapAllowMixed) {
            line("a=extmap-allow-mixed");
        }
        line("a=msid-semantic: WMS *");
        if (session.iceLite) {
            line("a=ice-lite");
        }
        session.media.forEach(this::media);
        return out.toString();
    }

    private void media(MediaDescription media) {
        String formats = media.kind == MediaKind.APPLICATION
                ? "webrtc-datachannel"
                : media.codecs.stream()
                        .map(c -> String.valueOf(c.payloadType()))
                        .collect(Collectors.joining(" "));
        // A rejected section keeps a format, since the grammar wants one (RFC 3264 s.6).
        line("m=" + media.kind.sdpName() + " " + media.port + " " + media.protocol + " "
                + (formats.isEmpty() ? "0" : formats));
        line("c=IN IP4 0.0.0.0");
        line("a=mid:" + media.mid);
        if (media.bundleOnly) {
            line("a=bundle-only");
        }
        transport(media);
        if (media.kind == MediaKind.APPLICATION) {
            line("a=sctp-port:" + media.sctpPort);
            line("a=max-message-size:" + media.maxMessageSize);
        } else {
            rtp(media);
        }
        media.candidates.forEach(candidate -> line("a=" + candidate.format()));
        if (media.endOfCandidates) {
            line("a=end-of-candidates");
        }
    }

    private void transport(MediaDescription media) {
        IceCredentials ice = media.ice;
        if (ice != null) {
            line("a=ice-ufrag:" + ice.ufrag());
            line("a=ice-pwd:" + ice.password());
            line("a=ice-options:trickle");
        }
        Fingerprint fingerprint = media.fingerprint;
        if (fingerprint != null) {
            line("a=fingerprint:" + fingerprint);
        }
        Setup setup = media.setup;
        if (setup != null) {
            line("a=setup:" + setup.sdpName());
        }
    }

    private void rtp(MediaDescription media) {
        media.extensions.forEach((uri, id) -> line("a=extmap:" + id + " " + uri));
        line("a=" + media.direction.sdpName());
        if (!media.trackId.isEmpty()) {
            line("a=msid:" + media.streamId + " " + media.trackId);
        }
        if (media.rtcpMux) {
            line("a=rtcp-mux");
        }
        if (media.rtcpReducedSize) {
            line("a=rtcp-rsize");
        }
        if (media.receiverRtt) {
            line("a=rtcp-xr:rcvr-rtt=all");
        }
        for (Codec codec : media.codecs) {
            int pt = codec.payloadType();
            line("a=rtpmap:" + pt + " " + codec.name() + "/" + codec.clockRate()
                    + (codec.channels() > 1 ? "/" + codec.channels() : ""));
            codec.feedback().forEach(value -> line("a=rtcp-fb:" + pt + " " + value));
            if (!codec.parameters().isEmpty()) {
                line("a=fmtp:" + pt + " " + codec.formatParameters());
            }
        }
        media.rids.forEach(rid -> line("a=rid:" + rid.id() + (rid.send() ? " send" : " recv")
                + (rid.restrictions().isEmpty() ? "" : " " + rid.restrictions())));
        if (!media.simulcast.isEmpty()) {
            line("a=simulcast:" + media.simulcast);
        }
        media.ssrcGroups.forEach(group -> line("a=ssrc-group:" + group.semantics() + " "
                + group.ssrcs().stream().map(Integer::toUnsignedString).collect(Collectors.joining(" "))));
        for (int ssrc : media.ssrcs) {
            String prefix = "a=ssrc:" + Integer.toUnsignedString(ssrc) + " ";
            line(prefix + "cname:" + media.cname);
            line(prefix + "msid:" + media.streamId + " " + media.trackId);
        }
    }

    private void line(String text) {
        out.append(text).append("\r\n");
    }
}
