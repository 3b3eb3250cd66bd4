// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import org.jspecify.annotations.Nullable;

/** ICE and DTLS attributes while they are read; at session level they stand for all sections. */
final class SdpTransport {
    /** RFC 8839 s.5.4 for both; they go into every check. */
    private static final int MAX_CREDENTIAL_CHARS = 256;

    /** A certificate for each of a few hashes. */
    private static final int MAX_FINGERPRINTS = 16;

    private @Nullable String ufrag;
    private @Nullable String password;
    private @Nullable Fingerprint fingerprint;
    private @Nullable Setup setup;
    private int fingerprints;

    /** @return whether the attribute belongs to ICE or DTLS */
    boolean read(String line) {
        String value = SdpLines.value(line);
        switch (SdpLines.name(line)) {
            case "ice-ufrag" -> ufrag = credential(value, line);
            case "ice-pwd" -> password = credential(value, line);
            case "fingerprint" -> {
                if (++fingerprints > MAX_FINGERPRINTS) {
                    throw new SdpException("more than " + MAX_FINGERPRINTS + " fingerprints", line);
                }
                fingerprint = fingerprint == null ? fingerprint(value) : fingerprint;
            }
            case "setup" -> setup = setup(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Gives the section what was read for it, else what was read for all. */
    void describe(MediaDescription media, SdpTransport shared) {
        String itsUfrag = ufrag != null ? ufrag : shared.ufrag;
        String itsPassword = password != null ? password : shared.password;
        if (itsUfrag != null && itsPassword != null) {
            media.ice = new IceCredentials(itsUfrag, itsPassword);
        }
        media.fingerprint = fingerprint != null ? fingerprint : shared.fingerprint;
        media.setup = setup != null ? setup : shared.setup;
    }

    private static String credential(String value, String line) {
        if (value.length() > MAX_CREDENTIAL_CHARS) {
            throw new SdpException("more than " + MAX_CREDENTIAL_CHARS + " characters", line);
        }
        return value;
    }

    /** Null if its hash is none that we accept: the next one counts. */
    private static @Nullable Fingerprint fingerprint(String value) {
        int space = value.indexOf(' ');
        try {
            return space < 0
                    ? null
                    : Fingerprint.parse(
                            value.substring(0, space),
                            value.substring(space + 1).trim());
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
}
