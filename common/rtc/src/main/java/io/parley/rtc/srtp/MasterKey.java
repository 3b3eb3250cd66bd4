// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Master key and salt of one direction, and the derivation of session keys from them (RFC 3711 s.4.3 with a key
 * derivation rate of 0; RFC 6188 for 256-bit keys; RFC 7714 s.11 for the 96-bit salt).
 */
public record MasterKey(SrtpProfile profile, byte[] key, byte[] salt) {
    static final int LABEL_RTP_ENCRYPTION = 0;
    static final int LABEL_RTP_AUTHENTICATION = 1;
    static final int LABEL_RTP_SALT = 2;
    static final int LABEL_RTCP_ENCRYPTION = 3;
    static final int LABEL_RTCP_AUTHENTICATION = 4;
    static final int LABEL_RTCP_SALT = 5;

    public MasterKey {
        if (key.length != profile.keyBytes() || salt.length != profile.saltBytes()) {
            throw new IllegalArgumentException("key or salt length does not fit " + profile);
        }
    }

    /**
     * Cuts the DTLS-SRTP exporter output (RFC 5764 s.4.2): client key, server key, client salt, server salt.
     *
     * @param ofClient whether to take the key that the DTLS client sends with
     */
    public static MasterKey fromExporter(SrtpProfile profile, byte[] material, boolean ofClient) {
        int k = profile.keyBytes();
        int s = profile.saltBytes();
        int keyAt = ofClient ? 0 : k;
        int saltAt = 2 * k + (ofClient ? 0 : s);
        return new MasterKey(
                profile,
                Arrays.copyOfRange(material, keyAt, keyAt + k),
                Arrays.copyOfRange(material, saltAt, saltAt + s));
    }

    byte[] derive(int label, int length) {
        byte[] iv = new byte[16];
        System.arraycopy(salt, 0, iv, 0, salt.length);
        iv[7] ^= (byte) label;
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(new byte[length]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-CTR", e);
        }
    }

    @Override
    public String toString() {
        return "MasterKey[" + profile + "]"; // never the key
    }
}
