// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads SDP line by line into the model; attributes that the model doesn't know are passed over. */
final class SdpParser {
    private static final int MAX_SECTIONS = 1000;
    private static final int MAX_BYTES = 2 << 20;

    /** ICE and DTLS attributes, which may stand at session level for all sections. */
    private static final class Transport {
        @Nullable
        String ufrag;

        @Nullable
        String password;

        @Nullable
        Fingerprint fingerprint;

        @Nullable
        Setup setup;
    }

    /** A section while it is read: its m-line and the lines that can be understood only when all are there. */
    private static final class Section {
        final MediaKind kind;
        final int port;
        final String protocol;
        final List<String> formats;
        final List<String> lines = new ArrayList<>();

        Section(MediaKind kind, int port, String protocol, List<String> formats) {
            this.kind = kind;
            this.port = port;
            this.protocol = protocol;
            this.formats = formats;
        }
    }

    SessionDescription parse(String text) {
        if (text.length() > MAX_BYTES) {
            throw new SdpException("description is too large");
        }
        List<String> sessionLines = new ArrayList<>();
        List<Section> sections = new ArrayList<>();
        split(text, sessionLines, sections);
        if (sessionLines.isEmpty() || !sessionLines.getFirst().equals("v=0")) {
            throw new SdpException("description does not begin with v=0");
        }
        SessionDescription session = origin(sessionLines);
        Transport shared = new Transport();
        for (String line : sessionLines) {
            sessionLine(line, session, shared);
        }
        Set<String> mids = new HashSet<>();
        for (int i = 0; i < sections.size(); i++) {
            MediaDescription media = section(sections.get(i), i, shared);
            if (!mids.add(media.mid)) {
                throw new SdpException("two sections have the mid " + media.mid);
            }
            session.media.add(media);
        }
        return session;
    }

    private static void split(String text, List<String> sessionLines, List<Section> sections) {
        List<String> current = sessionLines;
        int at = 0;
        while (at < text.length()) {
            int newline = text.indexOf('\n', at);
            int end = newline < 0 ? text.length() : newline;
            String line = text.substring(at, end).stripTrailing();
            at = end + 1;
            if (line.isEmpty()) {
                continue;
            }
            if (hasControlCharacter(line)) {
                // Repeated in an answer it could end a line for another parser and begin one of the peer's choice.
                throw new SdpException("control character in: " + abbreviate(line));
            }
            if (line.length() < 2 || line.charAt(1) != '=') {
                throw new SdpException("not an SDP line: " + abbreviate(line));
            }
            if (line.startsWith("m=")) {
                if (sections.size() == MAX_SECTIONS) {
                    throw new SdpException("more than " + MAX_SECTIONS + " media sections");
                }
                Section section = mediaLine(line);
                sections.add(section);
                current = section.lines;
            } else {
                current.add(line);
            }
        }
    }

    static boolean hasControlCharacter(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static SessionDescription origin(List<String> lines) {
        for (String line : lines) {
            if (line.startsWith("o=")) {
                String[] parts = line.substring(2).split(" ", -1);
                if (parts.length == 6) {
                    try {
                        // Unsigned: RFC 8829 s.5.2.1 keeps to 63 bits, others use 64.
                        return new SessionDescription(
                                Long.parseUnsignedLong(parts[1]), Long.parseUnsignedLong(parts[2]));
                    } catch (NumberFormatException e) {
                        throw new SdpException("origin has a bad number: " + abbreviate(line));
                    }
                }
            }
        }
        throw new SdpException("description has no origin line");
    }

    private static void sessionLine(String line, SessionDescription session, Transport shared) {
        if (line.equals("a=ice-lite")) {
            session.iceLite = true;
        } else if (line.equals("a=extmap-allow-mixed")) {
            session.extmapAllowMixed = true;
        } else if (line.startsWith("a=group:BUNDLE")) {
            for (String mid : line.substring("a=group:BUNDLE".length()).trim().split(" ", -1)) {
                if (!mid.isEmpty()) {
                    session.bundle.add(mid);
                }
            }
        } else if (line.startsWith("a=")) {
            transportLine(name(line), value(line), shared);
        }
    }

    /** @return whether the attribute belongs to ICE or DTLS */
    private static boolean transportLine(String name, String value, Transport target) {
        switch (name) {
            case "ice-ufrag" -> target.ufrag = value;
            case "ice-pwd" -> target.password = value;
            case "fingerprint" -> target.fingerprint = fingerprint(value, target.fingerprint);
            case "setup" -> target.setup = setup(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The first fingerprint with a hash that we accept. */
    private static @Nullable Fingerprint fingerprint(String value, @Nullable Fingerprint known) {
        int space = value.indexOf(' ');
        if (known != null || space < 0) {
            return known;
        }
        try {
            return Fingerprint.parse(
                    value.substring(0, space), value.substring(space + 1).trim());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Setup setup(String value) {
        return switch (value) {
            case "actpass" -> Setup.ACTPASS;
            case "active" -> Setup.ACTIVE;
            case "passive" -> Setup.PASSIVE;
            default -> null;
        };
    }

    private static Section mediaLine(String line) {
        String[] parts = line.substring(2).split(" ", -1);
        if (parts.length < 4) {
            throw new SdpException("media line is incomplete: " + abbreviate(line));
        }
        MediaKind kind = switch (parts[0]) {
            case "audio" -> MediaKind.AUDIO;
            case "video" -> MediaKind.VIDEO;
            case "application" -> MediaKind.APPLICATION;
            default -> throw new SdpException("media type not supported: " + abbreviate(line));
        };
        return new Section(
                kind, number(parts[1], 65535, line), parts[2], List.of(parts).subList(3, parts.length));
    }

    private static MediaDescription section(Section section, int index, Transport shared) {
        String mid = "";
        for (String line : section.lines) {
            if (line.startsWith("a=mid:")) {
                mid = line.substring(6);
            }
        }
        // RFC 8829 s.5.10 wants a mid in everything that is bundled; without one the index serves.
        MediaDescription media = new MediaDescription(section.kind, mid.isEmpty() ? String.valueOf(index) : mid);
        media.port = section.port;
        media.protocol = section.protocol;
        Transport transport = new Transport();
        for (String line : section.lines) {
            if (line.startsWith("a=") && !transportLine(name(line), value(line), transport)) {
                attribute(line, media);
            }
        }
        String ufrag = transport.ufrag != null ? transport.ufrag : shared.ufrag;
        String password = transport.password != null ? transport.password : shared.password;
        if (ufrag != null && password != null) {
            media.ice = new IceCredentials(ufrag, password);
        }
        media.fingerprint = transport.fingerprint != null ? transport.fingerprint : shared.fingerprint;
        media.setup = transport.setup != null ? transport.setup : shared.setup;
        if (section.kind != MediaKind.APPLICATION) {
            codecs(section, media);
        }
        return media;
    }

    private static void attribute(String line, MediaDescription media) {
        String value = value(line);
        switch (name(line)) {
            case "sendrecv" -> media.direction = Direction.SENDRECV;
            case "sendonly" -> media.direction = Direction.SENDONLY;
            case "recvonly" -> media.direction = Direction.RECVONLY;
            case "inactive" -> media.direction = Direction.INACTIVE;
            case "bundle-only" -> media.bundleOnly = true;
            case "rtcp-mux" -> media.rtcpMux = true;
            case "rtcp-xr" -> media.receiverRtt = value.contains("rcvr-rtt");
            case "rtcp-rsize" -> media.rtcpReducedSize = true;
            case "end-of-candidates" -> media.endOfCandidates = true;
            case "candidate" -> media.candidates.add(Candidate.parse(line));
            case "extmap" -> extension(line, value, media);
            case "msid" -> msid(value, media);
            case "ssrc" -> ssrc(line, value, media);
            case "ssrc-group" -> ssrcGroup(line, value, media);
            case "rid" -> rid(value, media);
            case "simulcast" -> media.simulcast = value;
            case "sctp-port" -> media.sctpPort = number(value, 65535, line);
            case "max-message-size" -> media.maxMessageSize = number(value, Integer.MAX_VALUE, line);
            default -> {
                // of no meaning to us
            }
        }
    }

    private static void extension(String line, String value, MediaDescription media) {
        int space = value.indexOf(' ');
        if (space < 0) {
            throw new SdpException("extmap is incomplete: " + abbreviate(line));
        }
        int slash = value.indexOf('/');
        int id = number(value.substring(0, slash > 0 && slash < space ? slash : space), 255, line);
        String uri = value.substring(space + 1);
        int end = uri.indexOf(' ');
        if (id > 0) {
            media.extensions.put(end < 0 ? uri : uri.substring(0, end), id);
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
        media.ssrcs.add(ssrc);
        String attribute = space < 0 ? "" : value.substring(space + 1);
        if (attribute.startsWith("cname:")) {
            media.cname = attribute.substring(6);
        } else if (attribute.startsWith("msid:") && media.trackId.isEmpty()) {
            msid(attribute.substring(5), media);
        }
    }

    private static void ssrcGroup(String line, String value, MediaDescription media) {
        String[] parts = value.split(" ", -1);
        List<Integer> ssrcs = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            ssrcs.add(ssrcNumber(parts[i], line));
        }
        media.ssrcGroups.add(new SsrcGroup(parts[0], ssrcs));
    }

    private static void rid(String value, MediaDescription media) {
        String[] parts = value.split(" ", 3);
        if (parts.length >= 2 && !parts[0].isEmpty() && parts[0].length() <= 255) {
            media.rids.add(new Rid(parts[0], parts[1].equals("send"), parts.length == 3 ? parts[2] : ""));
        }
    }

    /** Joins rtpmap, fmtp and rtcp-fb of each format of the m-line. */
    private static void codecs(Section section, MediaDescription media) {
        Map<Integer, String> maps = new LinkedHashMap<>();
        Map<Integer, Map<String, String>> parameters = new LinkedHashMap<>();
        Map<Integer, List<String>> feedback = new LinkedHashMap<>();
        List<String> feedbackForAll = new ArrayList<>();
        for (String line : section.lines) {
            String value = value(line);
            int space = value.indexOf(' ');
            if (space < 0) {
                continue;
            }
            String rest = value.substring(space + 1);
            String format = value.substring(0, space);
            switch (name(line)) {
                case "rtpmap" -> maps.put(number(format, 127, line), rest);
                case "fmtp" -> parameters.put(number(format, 127, line), formatParameters(rest));
                case "rtcp-fb" -> {
                    if (format.equals("*")) {
                        feedbackForAll.add(rest);
                    } else {
                        feedback.computeIfAbsent(number(format, 127, line), pt -> new ArrayList<>())
                                .add(rest);
                    }
                }
                default -> {
                    // read elsewhere
                }
            }
        }
        for (String format : section.formats) {
            int payloadType = number(format, 127, "m-line");
            String map = maps.getOrDefault(payloadType, staticMap(payloadType));
            if (map.isEmpty()) {
                continue;
            }
            List<String> values = new ArrayList<>(feedbackForAll);
            values.addAll(feedback.getOrDefault(payloadType, List.of()));
            media.codecs.add(codec(payloadType, map, parameters.getOrDefault(payloadType, Map.of()), values));
        }
    }

    private static Codec codec(int payloadType, String map, Map<String, String> parameters, List<String> feedback) {
        String[] parts = map.split("/", -1);
        if (parts.length < 2) {
            throw new SdpException("rtpmap is incomplete: " + abbreviate(map));
        }
        int clockRate = number(parts[1].trim(), Integer.MAX_VALUE, map);
        int channels = parts.length > 2 ? number(parts[2].trim(), 255, map) : 1;
        if (clockRate == 0) {
            throw new SdpException("clock rate is zero: " + abbreviate(map));
        }
        return new Codec(payloadType, parts[0], clockRate, channels, parameters, feedback);
    }

    /** The static payload types still in use (RFC 3551 s.6). */
    private static String staticMap(int payloadType) {
        return switch (payloadType) {
            case 0 -> "PCMU/8000";
            case 8 -> "PCMA/8000";
            default -> "";
        };
    }

    private static Map<String, String> formatParameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String part : text.split(";", -1)) {
            String parameter = part.trim();
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        parameter.substring(0, equals).toLowerCase(Locale.ROOT), parameter.substring(equals + 1));
            } else if (!parameter.isEmpty()) {
                parameters.put(parameter, "");
            }
        }
        return parameters;
    }

    private static String name(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? line.substring(2) : line.substring(2, colon);
    }

    private static String value(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(colon + 1);
    }

    private static int number(String text, int max, String line) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= max) {
                return (int) value;
            }
        } catch (NumberFormatException e) {
            throw new SdpException("not a number in: " + abbreviate(line));
        }
        throw new SdpException("number out of range in: " + abbreviate(line));
    }

    private static int ssrcNumber(String text, String line) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new SdpException("not an SSRC in: " + abbreviate(line));
        }
    }

    private static String abbreviate(String line) {
        return line.length() <= 100 ? line : line.substring(0, 100);
    }
}
