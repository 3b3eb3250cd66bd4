// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads SDP line by line into the model; attributes that the model doesn't know are passed over. Anyone with a token can
 * send a description, so every list in it has a bound: what a text costs, in time and in memory, grows no faster than
 * its length.
 */
final class SdpParser {
    /** Chromium's section is 1 kB for audio and 5 kB for video, and it is slow long before it has so many. */
    static final int MAX_SECTIONS = 1000;

    /** As large as a signal message may be. */
    private static final int MAX_CHARS = 2 << 20;

    SessionDescription parse(String text) {
        if (text.length() > MAX_CHARS) {
            throw new SdpException("description is too large");
        }
        List<SdpSection> sections = new ArrayList<>();
        int sessionEnd = split(text, sections);
        SdpTransport shared = new SdpTransport();
        SessionDescription session = session(new SdpLines(text, 0, sessionEnd), shared);
        Set<String> mids = new HashSet<>();
        for (int i = 0; i < sections.size(); i++) {
            MediaDescription media = sections.get(i).read(i, shared);
            if (!mids.add(media.mid)) {
                throw new SdpException("two sections have the same mid", media.mid);
            }
            session.media.add(media);
        }
        return session;
    }

    /** Finds the sections. @return where the first begins, and so where the session's own lines end */
    private static int split(String text, List<SdpSection> sections) {
        SdpLines lines = new SdpLines(text, 0, text.length());
        String mediaLine = "";
        int start = 0;
        int sessionEnd = text.length();
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (!line.startsWith("m=")) {
                continue;
            }
            if (mediaLine.isEmpty()) {
                sessionEnd = lines.start();
            } else {
                sections.add(new SdpSection(mediaLine, text, start, lines.start()));
            }
            if (sections.size() == MAX_SECTIONS) {
                throw new SdpException("more than " + MAX_SECTIONS + " media sections");
            }
            mediaLine = line;
            start = lines.start();
        }
        if (!mediaLine.isEmpty()) {
            sections.add(new SdpSection(mediaLine, text, start, text.length()));
        }
        return sessionEnd;
    }

    private static SessionDescription session(SdpLines lines, SdpTransport shared) {
        if (!"v=0".equals(lines.next())) {
            throw new SdpException("description does not begin with v=0");
        }
        SessionDescription session = null;
        List<String> bundle = new ArrayList<>();
        boolean iceLite = false;
        boolean extmapAllowMixed = false;
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.startsWith("o=") && session == null) {
                session = origin(line);
            } else if (line.startsWith("a=group:BUNDLE")) {
                group(line, bundle);
            } else if (line.startsWith("a=")) {
                iceLite |= line.equals("a=ice-lite");
                extmapAllowMixed |= line.equals("a=extmap-allow-mixed");
                shared.read(line);
            }
        }
        if (session == null) {
            throw new SdpException("description has no origin line");
        }
        session.iceLite = iceLite;
        session.extmapAllowMixed = extmapAllowMixed;
        session.bundle.addAll(bundle);
        return session;
    }

    private static SessionDescription origin(String line) {
        String[] parts = line.substring(2).split(" ", -1);
        if (parts.length != 6) {
            throw new SdpException("origin is incomplete", line);
        }
        try {
            // Unsigned: RFC 8829 s.5.2.1 keeps to 63 bits, others use 64.
            return new SessionDescription(Long.parseUnsignedLong(parts[1]), Long.parseUnsignedLong(parts[2]));
        } catch (NumberFormatException e) {
            throw new SdpException("origin has a bad number", line);
        }
    }

    private static void group(String line, List<String> bundle) {
        for (String mid : line.substring("a=group:BUNDLE".length()).trim().split(" ", -1)) {
            if (!mid.isEmpty()) {
                if (bundle.size() == MAX_SECTIONS) {
                    throw new SdpException("more than " + MAX_SECTIONS + " mids in a bundle");
                }
                bundle.add(mid);
            }
        }
    }
}
