// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** A certificate fingerprint as SDP carries it (RFC 8122 s.5): hash name in lower case, and the digest. */
public record Fingerprint(String algorithm, byte[] digest) {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":").withUpperCase();

    public static Fingerprint sha256(byte[] der) {
        return new Fingerprint("sha-256", digest("sha-256", der));
    }

    /**
     * @param value hexadecimal bytes with colons between them
     * @throws IllegalArgumentException for an unknown hash or a digest that does not fit it
     */
    public static Fingerprint parse(String algorithm, String value) {
        String name = algorithm.toLowerCase(Locale.ROOT);
        byte[] digest = COLONS.parseHex(value.toUpperCase(Locale.ROOT));
        if (digest(name, new byte[0]).length != digest.length) {
            throw new IllegalArgumentException("fingerprint length does not fit " + name);
        }
        return new Fingerprint(name, digest);
    }

    /** Whether a certificate has this fingerprint; in constant time. */
    public boolean matches(byte[] der) {
        return MessageDigest.isEqual(digest(algorithm, der), digest);
    }

    /** The SDP form of the digest. */
    public String value() {
        return COLONS.formatHex(digest);
    }

    private static byte[] digest(String algorithm, byte[] der) {
        String name = switch (algorithm) {
            case "sha-256" -> "SHA-256";
            case "sha-384" -> "SHA-384";
            case "sha-512" -> "SHA-512";
            default -> throw new IllegalArgumentException("fingerprint hash not accepted: " + algorithm);
        };
        try {
            return MessageDigest.getInstance(name).digest(der);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint f && f.algorithm.equals(algorithm) && Arrays.equals(f.digest, digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return algorithm + " " + value();
    }
}
