// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.stun;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA1 keyed with a short-term password (RFC 8489 s.9.1.1), kept so that consent checks need no new Mac. */
public final class StunIntegrity {
    static final int MAC_BYTES = 20;

    private final Mac mac;
    private final byte[] length = new byte[2];

    /** @param password short-term credential; ICE passwords are ASCII, so OpaqueString leaves them as they are */
    public StunIntegrity(String password) {
        try {
            mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA1", e);
        }
    }

    /** The MAC over a message up to {@code end}, with the length field as if the integrity attribute ended it. */
    byte[] compute(byte[] buf, int off, int end) {
        int lengthField = end - off - StunMessage.HEADER_BYTES + 4 + MAC_BYTES;
        length[0] = (byte) (lengthField >>> 8);
        length[1] = (byte) lengthField;
        mac.update(buf, off, 2);
        mac.update(length);
        mac.update(buf, off + 4, end - off - 4);
        return mac.doFinal();
    }

    boolean verify(byte[] buf, int off, int attributeOff) {
        byte[] expected = compute(buf, off, attributeOff);
        byte[] actual = new byte[MAC_BYTES];
        System.arraycopy(buf, attributeOff + 4, actual, 0, MAC_BYTES);
        return MessageDigest.isEqual(expected, actual);
    }
}
