// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Reads one m-section: its m-line, then its lines, twice, since the mid may stand anywhere. */
final class SdpSection {
    /** Three layers with RTX are three rids and six SSRCs; the rest is room for layers and repair still to come. */
    private static final int MAX_RIDS = 16;

    private static final int MAX_SSRCS = 64;
    private static final int MAX_SSRC_GROUPS = 32;
    private static final int MAX_SSRCS_OF_GROUP = 16;

    /** All that a header can number (RFC 8285 s.4.3). */
    private static final int MAX_EXTENSIONS = 255;

    /** A host with many bridges has some dozen; trickled ones come by another way. */
    private static final int MAX_CANDIDATES = 256;

    private final String mediaLine;
    private final String text;
    private final int start;
    private final int end;

    /** @param start of the m-line in the text, which was checked to be one */
    SdpSection(String mediaLine, String text, int start, int end) {
        this.mediaLine = mediaLine;
        this.text = text;
        this.start = start;
        this.end = end;
    }

    private SdpLines lines() {
        return new SdpLines(text, start, end);
    }

    /** @param index of the section, which serves as mid where there is none (RFC 8829 s.5.10 wants one) */
    MediaDescription read(int index, SdpTransport shared) {
        String[] parts = mediaLine.substring(2).split(" ", -1);
        if (parts.length < 4) {
            throw new SdpException("media line is incomplete", mediaLine);
        }
        MediaKind kind = switch (parts[0]) {
            case "audio" -> MediaKind.AUDIO;
            case "video" -> MediaKind.VIDEO;
            case "application" -> MediaKind.APPLICATION;
            default -> throw new SdpException("media type not supported", mediaLine);
        };
        String mid = mid();
        MediaDescription media = new MediaDescription(kind, mid.isEmpty() ? String.valueOf(index) : mid);
        media.port = SdpLines.number(parts[1], 65535, mediaLine);
        media.protocol = parts[2];
        SdpTransport transport = new SdpTransport();
        SdpCodecs codecs = new SdpCodecs();
        SdpLines lines = lines();
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.startsWith("a=") && !transport.read(line)) {
                attribute(line, media, codecs);
            }
        }
        transport.describe(media, shared);
        if (kind != MediaKind.APPLICATION) {
            media.codecs.addAll(codecs.of(Arrays.asList(parts).subList(3, parts.length), mediaLine));
        }
        return media;
    }

    private String mid() {
        String mid = "";
        SdpLines lines = lines();
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.startsWith("a=mid:")) {
                mid = line.substring("a=mid:".length());
            }
        }
        return mid;
    }

    private static void attribute(String line, MediaDescription media, SdpCodecs codecs) {
        String value = SdpLines.value(line);
        switch (SdpLines.name(line)) {
            case "sendrecv" -> media.direction = Direction.SENDRECV;
            case "sendonly" -> media.direction = Direction.SENDONLY;
            case "recvonly" -> media.direction = Direction.RECVONLY;
            case "inactive" -> media.direction = Direction.INACTIVE;
            case "bundle-only" -> media.bundleOnly = true;
            case "rtcp-mux" -> media.rtcpMux = true;
            case "rtcp-xr" -> media.receiverRtt = value.contains("rcvr-rtt");
            case "rtcp-rsize" -> media.rtcpReducedSize = true;
            case "end-of-candidates" -> media.endOfCandidates = true;
            case "candidate" -> {
                refuseBeyond(MAX_CANDIDATES, media.candidates, line);
                media.candidates.add(Candidate.parse(line));
            }
            case "extmap" -> extension(line, value, media);
            case "msid" -> msid(value, media);
            case "ssrc" -> ssrc(line, value, media);
            case "ssrc-group" -> ssrcGroup(line, value, media);
            case "rid" -> rid(line, value, media);
            case "simulcast" -> media.simulcast = value;
            case "sctp-port" -> media.sctpPort = SdpLines.number(value, 65535, line);
            case "max-message-size" -> media.maxMessageSize = SdpLines.number(value, Integer.MAX_VALUE, line);
            case "rtpmap", "fmtp", "rtcp-fb" -> {
                if (media.kind != MediaKind.APPLICATION) {
                    codecs.read(line);
                }
            }
            default -> {
                // of no meaning to us
            }
        }
    }

    private static void refuseBeyond(int max, Collection<?> known, String line) {
        if (known.size() >= max) {
            throw new SdpException("more than " + max + " of a kind", line);
        }
    }

    private static void extension(String line, String value, MediaDescription media) {
        int space = value.indexOf(' ');
        if (space < 0) {
            throw new SdpException("extmap is incomplete", line);
        }
        int slash = value.indexOf('/');
        int id = SdpLines.number(value.substring(0, slash > 0 && slash < space ? slash : space), 255, line);
        String uri = value.substring(space + 1);
        int blank = uri.indexOf(' ');
        if (id > 0) {
            refuseBeyond(MAX_EXTENSIONS, media.extensions.keySet(), line);
            media.extensions.put(blank < 0 ? uri : uri.substring(0, blank), id);
        }
    }

    private static void msid(String value, MediaDescription media) {
        int space = value.indexOf(' ');
        media.streamId = space < 0 ? value : value.substring(0, space);
        media.trackId = space < 0 ? "" : value.substring(space + 1);
    }

    private static void ssrc(String line, String value, MediaDescription media) {
        int space = value.indexOf(' ');
        int ssrc = ssrcNumber(space < 0 ? value : value.substring(0, space), line);
        if (media.ssrcs.add(ssrc) && media.ssrcs.size() > MAX_SSRCS) {
            throw new SdpException("more than " + MAX_SSRCS + " SSRCs", line);
        }
        String attribute = space < 0 ? "" : value.substring(space + 1);
        if (attribute.startsWith("cname:")) {
            media.cname = attribute.substring("cname:".length());
        } else if (attribute.startsWith("msid:") && media.trackId.isEmpty()) {
            msid(attribute.substring("msid:".length()), media);
        }
    }

    private static void ssrcGroup(String line, String value, MediaDescription media) {
        refuseBeyond(MAX_SSRC_GROUPS, media.ssrcGroups, line);
        String[] parts = value.split(" ", -1);
        List<Integer> ssrcs = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            refuseBeyond(MAX_SSRCS_OF_GROUP, ssrcs, line);
            ssrcs.add(ssrcNumber(parts[i], line));
        }
        media.ssrcGroups.add(new SsrcGroup(parts[0], ssrcs));
    }

    private static void rid(String line, String value, MediaDescription media) {
        String[] parts = value.split(" ", 3);
        if (parts.length >= 2 && !parts[0].isEmpty() && parts[0].length() <= 255) {
            refuseBeyond(MAX_RIDS, media.rids, line);
            media.rids.add(new Rid(parts[0], parts[1].equals("send"), parts.length == 3 ? parts[2] : ""));
        }
    }

    private static int ssrcNumber(String text, String line) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new SdpException("not an SSRC", line);
        }
    }
}
