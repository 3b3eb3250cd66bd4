// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.Locale;

/**
 * An ICE candidate (RFC 8839 s.5.1).
 *
 * @param transport "udp" or "tcp", in lower case
 * @param address an IP address, or a name such as mDNS uses
 * @param type host, srflx, prflx or relay
 * @param tcpType "passive" and the like, or "" for UDP (RFC 6544 s.4.5)
 */
public record Candidate(
        String foundation,
        int component,
        String transport,
        long priority,
        String address,
        int port,
        String type,
        String tcpType) {
    /** Type preference of a host candidate (RFC 8445 s.5.1.2.2). */
    private static final long HOST_PREFERENCE = 126;

    /** @param localPreference 0..65535, the larger the better */
    public static Candidate udpHost(String foundation, String address, int port, int localPreference) {
        long priority = HOST_PREFERENCE << 24 | (long) localPreference << 8 | 255;
        return new Candidate(foundation, 1, "udp", priority, address, port, "host", "");
    }

    /**
     * Reads the value behind "a=" or the "candidate" member of a trickled candidate.
     *
     * @throws SdpException if it is no candidate
     */
    public static Candidate parse(String text) {
        String line = text.startsWith("a=") ? text.substring(2) : text;
        if (!line.startsWith("candidate:") || SdpLines.hasControlCharacter(line)) {
            throw new SdpException("not a candidate", text);
        }
        String[] parts = line.substring("candidate:".length()).strip().split("\\s+", -1);
        if (parts.length < 8 || !parts[6].equals("typ")) {
            throw new SdpException("candidate is incomplete", text);
        }
        String tcpType = "";
        for (int i = 8; i + 1 < parts.length; i += 2) {
            if (parts[i].equals("tcptype")) {
                tcpType = parts[i + 1];
            }
        }
        try {
            int port = Integer.parseInt(parts[5]);
            if (port < 0 || port > 65535) {
                throw new SdpException("candidate port out of range: " + port);
            }
            return new Candidate(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    parts[2].toLowerCase(Locale.ROOT),
                    Long.parseLong(parts[3]),
                    parts[4],
                    port,
                    parts[7],
                    tcpType);
        } catch (NumberFormatException e) {
            throw new SdpException("candidate has a bad number", text);
        }
    }

    /** The attribute's value, "candidate:..." */
    public String format() {
        String text = "candidate:" + foundation + " " + component + " " + transport + " " + priority + " " + address
                + " " + port + " typ " + type;
        return tcpType.isEmpty() ? text : text + " tcptype " + tcpType;
    }
}
