// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The JDK's ciphers: everywhere, at the price of some garbage per packet (about 1 kB for GCM on JDK 25). */
public final class JdkCiphers implements Ciphers {
    @Override
    public AeadCipher gcm(byte[] key, boolean forSealing) {
        return new Gcm(key, forSealing ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE);
    }

    @Override
    public CounterCipher counter(byte[] key) {
        return new Counter(key);
    }

    @Override
    public HmacSha1 hmacSha1(byte[] key) {
        return new Hmac(key);
    }

    @Override
    public String description() {
        return "JDK " + Runtime.version().feature();
    }

    private static IllegalStateException broken(GeneralSecurityException e) {
        return new IllegalStateException("cipher refused sound input", e);
    }

    private static final class Gcm implements AeadCipher {
        private final SecretKeySpec key;
        private final int mode;
        private final Cipher cipher;

        Gcm(byte[] key, int mode) {
            this.key = new SecretKeySpec(key, "AES");
            this.mode = mode;
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen) {
            try {
                cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
                cipher.updateAAD(aad, aadOff, aadLen);
                cipher.doFinal(buf, textOff, textLen, buf, textOff);
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen) {
            try {
                cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
                cipher.updateAAD(aad, aadOff, aadLen);
                cipher.doFinal(buf, textOff, textLen + TAG_BYTES, buf, textOff);
                return true;
            } catch (AEADBadTagException e) {
                return false;
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() {
            // The key is on the heap and goes with this object.
        }
    }

    private static final class Counter implements CounterCipher {
        private final SecretKeySpec key;
        private final Cipher cipher;

        Counter(byte[] key) {
            this.key = new SecretKeySpec(key, "AES");
            try {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void apply(byte[] iv, byte[] buf, int off, int len) {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
                cipher.doFinal(buf, off, len, buf, off);
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() {
            // The key is on the heap and goes with this object.
        }
    }

    private static final class Hmac implements HmacSha1 {
        private final Mac mac;

        Hmac(byte[] key) {
            try {
                mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(key, "HmacSHA1"));
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void compute(byte[] buf, int off, int len, byte[] out) {
            try {
                mac.update(buf, off, len);
                mac.doFinal(out, 0);
            } catch (GeneralSecurityException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() {
            // The key is on the heap and goes with this object.
        }
    }
}
