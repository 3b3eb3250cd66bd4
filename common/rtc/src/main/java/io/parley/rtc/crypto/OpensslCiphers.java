// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * OpenSSL's ciphers. One provider, and with it its native scratch memory, belongs to one thread (a shard): bytes are
 * copied into the scratch, worked on there and copied back, which costs some 40 ns for a full packet and allocates
 * nothing.
 */
public final class OpensslCiphers implements Ciphers {
    private static final int MAX_BYTES = 2048;
    private static final long IV = 0;
    private static final long TAG = 32;
    private static final long OUT_LEN = 64;
    private static final long AAD = 128;
    private static final long TEXT = AAD + MAX_BYTES;

    private final MemorySegment scratch = Arena.ofAuto().allocate(TEXT + MAX_BYTES, 64);
    private final long base = scratch.address();

    public static boolean isAvailable() {
        return Libcrypto.LIBRARY != null;
    }

    @Override
    public AeadCipher gcm(byte[] key, boolean forSealing) {
        return new Gcm(key, forSealing);
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
        return "OpenSSL libcrypto";
    }

    private void in(byte[] from, int off, int len, long to) {
        MemorySegment.copy(from, off, scratch, ValueLayout.JAVA_BYTE, to, len);
    }

    private void out(long from, byte[] to, int off, int len) {
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, from, to, off, len);
    }

    /** A cipher context with its key schedule; the key itself leaves the scratch again. */
    private long keyed(long cipher, byte[] key, boolean forSealing) throws Throwable {
        long context = (long) Libcrypto.CIPHER_CTX_NEW.invokeExact();
        in(key, 0, key.length, TEXT);
        int result = forSealing
                ? (int) Libcrypto.ENCRYPT_INIT.invokeExact(context, cipher, 0L, base + TEXT, 0L)
                : (int) Libcrypto.DECRYPT_INIT.invokeExact(context, cipher, 0L, base + TEXT, 0L);
        scratch.asSlice(TEXT, key.length).fill((byte) 0);
        Libcrypto.check(result);
        return context;
    }

    private final class Gcm implements AeadCipher {
        private long context;

        Gcm(byte[] key, boolean forSealing) {
            try {
                long cipher = key.length == 16
                        ? (long) Libcrypto.AES_128_GCM.invokeExact()
                        : (long) Libcrypto.AES_256_GCM.invokeExact();
                context = keyed(cipher, key, forSealing);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void seal(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen) {
            try {
                in(nonce, 0, NONCE_BYTES, IV);
                in(aad, aadOff, aadLen, AAD);
                in(buf, textOff, textLen, TEXT);
                long len = base + OUT_LEN;
                Libcrypto.check((int) Libcrypto.ENCRYPT_INIT.invokeExact(context, 0L, 0L, 0L, base + IV));
                Libcrypto.check((int) Libcrypto.ENCRYPT_UPDATE.invokeExact(context, 0L, len, base + AAD, aadLen));
                long text = base + TEXT;
                Libcrypto.check((int) Libcrypto.ENCRYPT_UPDATE.invokeExact(context, text, len, text, textLen));
                Libcrypto.check((int) Libcrypto.ENCRYPT_FINAL.invokeExact(context, base + TAG, len));
                Libcrypto.check((int) Libcrypto.CIPHER_CTX_CTRL.invokeExact(
                        context, Libcrypto.CTRL_GCM_GET_TAG, TAG_BYTES, base + TAG));
                out(TEXT, buf, textOff, textLen);
                out(TAG, buf, textOff + textLen, TAG_BYTES);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public boolean open(byte[] nonce, byte[] aad, int aadOff, int aadLen, byte[] buf, int textOff, int textLen) {
            try {
                in(nonce, 0, NONCE_BYTES, IV);
                in(aad, aadOff, aadLen, AAD);
                in(buf, textOff, textLen, TEXT);
                in(buf, textOff + textLen, TAG_BYTES, TAG);
                long len = base + OUT_LEN;
                Libcrypto.check((int) Libcrypto.DECRYPT_INIT.invokeExact(context, 0L, 0L, 0L, base + IV));
                Libcrypto.check((int) Libcrypto.DECRYPT_UPDATE.invokeExact(context, 0L, len, base + AAD, aadLen));
                long text = base + TEXT;
                Libcrypto.check((int) Libcrypto.DECRYPT_UPDATE.invokeExact(context, text, len, text, textLen));
                Libcrypto.check((int) Libcrypto.CIPHER_CTX_CTRL.invokeExact(
                        context, Libcrypto.CTRL_GCM_SET_TAG, TAG_BYTES, base + TAG));
                if ((int) Libcrypto.DECRYPT_FINAL.invokeExact(context, text + textLen, len) != 1) {
                    return false;
                }
                out(TEXT, buf, textOff, textLen);
                return true;
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void close() {
            freeCipher(context);
            context = 0;
        }
    }

    private final class Counter implements CounterCipher {
        private long context;

        Counter(byte[] key) {
            try {
                context = keyed((long) Libcrypto.AES_128_CTR.invokeExact(), key, true);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void apply(byte[] iv, byte[] buf, int off, int len) {
            try {
                in(iv, 0, 16, IV);
                in(buf, off, len, TEXT);
                long text = base + TEXT;
                Libcrypto.check((int) Libcrypto.ENCRYPT_INIT.invokeExact(context, 0L, 0L, 0L, base + IV));
                Libcrypto.check((int) Libcrypto.ENCRYPT_UPDATE.invokeExact(context, text, base + OUT_LEN, text, len));
                out(TEXT, buf, off, len);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void close() {
            freeCipher(context);
            context = 0;
        }
    }

    private final class Hmac implements HmacSha1 {
        private long context;

        Hmac(byte[] key) {
            try {
                context = (long) Libcrypto.HMAC_CTX_NEW.invokeExact();
                long sha1 = (long) Libcrypto.SHA1.invokeExact();
                in(key, 0, key.length, TEXT);
                int result = (int) Libcrypto.HMAC_INIT.invokeExact(context, base + TEXT, key.length, sha1, 0L);
                scratch.asSlice(TEXT, key.length).fill((byte) 0);
                Libcrypto.check(result);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void compute(byte[] buf, int off, int len, byte[] mac) {
            try {
                in(buf, off, len, TEXT);
                // A null key starts anew under the same one.
                Libcrypto.check((int) Libcrypto.HMAC_INIT.invokeExact(context, 0L, 0, 0L, 0L));
                Libcrypto.check((int) Libcrypto.HMAC_UPDATE.invokeExact(context, base + TEXT, (long) len));
                Libcrypto.check((int) Libcrypto.HMAC_FINAL.invokeExact(context, base + TAG, 0L));
                out(TAG, mac, 0, MAC_BYTES);
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }

        @Override
        public void close() {
            try {
                Libcrypto.HMAC_CTX_FREE.invokeExact(context);
                context = 0;
            } catch (Throwable e) {
                throw Libcrypto.unexpected(e);
            }
        }
    }

    private static void freeCipher(long context) {
        try {
            Libcrypto.CIPHER_CTX_FREE.invokeExact(context);
        } catch (Throwable e) {
            throw Libcrypto.unexpected(e);
        }
    }
}
