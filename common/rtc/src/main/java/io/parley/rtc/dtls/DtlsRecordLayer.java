// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.crypto.AeadCipher;
import io.parley.rtc.crypto.Ciphers;

/**
 * Records of epoch 1 under AES-GCM (RFC 6347 s.4.1, RFC 5288), in place. What does not authenticate is dropped without
 * an alert: anyone can send to our port.
 */
final class DtlsRecordLayer implements AutoCloseable {
    static final int REJECTED = -1;

    private static final int EXPLICIT_NONCE_BYTES = 8;
    private static final int EPOCH = 1;

    /** Bytes that a record adds to its plaintext. */
    static final int OVERHEAD = DtlsRecord.HEADER_BYTES + EXPLICIT_NONCE_BYTES + AeadCipher.TAG_BYTES;

    private final AeadCipher sealer;
    private final AeadCipher opener;
    private final byte[] writeNonce = new byte[AeadCipher.NONCE_BYTES];
    private final byte[] readNonce = new byte[AeadCipher.NONCE_BYTES];
    private final byte[] aad = new byte[13];
    private long writeSequence;

    /** Highest record number read, and a bit for each of the 64 up to it (RFC 6347 s.4.1.2.6). */
    private long highestRead = -1;

    private long readWindow;

    /** Whether the record opened last has the highest number so far. */
    private boolean isNewest;

    DtlsRecordLayer(DtlsKeys keys, Ciphers ciphers) {
        sealer = ciphers.gcm(keys.writeKey(), true);
        opener = ciphers.gcm(keys.readKey(), false);
        System.arraycopy(keys.writeIv(), 0, writeNonce, 0, 4);
        System.arraycopy(keys.readIv(), 0, readNonce, 0, 4);
        writeSequence = keys.nextWriteSequence();
    }

    /** Writes a record to {@code out} from {@code outOff}. @return its length */
    int seal(int type, byte[] plain, int off, int len, byte[] out, int outOff) {
        long number = (long) EPOCH << 48 | writeSequence++;
        int text = outOff + DtlsRecord.HEADER_BYTES + EXPLICIT_NONCE_BYTES;
        System.arraycopy(plain, off, out, text, len);
        Bytes.putU8(out, outOff, type);
        Bytes.putU16(out, outOff + 1, DtlsRecord.VERSION_1_2);
        Bytes.putI64(out, outOff + 3, number);
        Bytes.putU16(out, outOff + 11, EXPLICIT_NONCE_BYTES + len + AeadCipher.TAG_BYTES);
        Bytes.putI64(out, outOff + DtlsRecord.HEADER_BYTES, number);
        Bytes.putI64(writeNonce, 4, number);
        aad(number, type, len);
        sealer.seal(writeNonce, aad, 0, aad.length, out, text, len);
        return len + OVERHEAD;
    }

    /** Decrypts the record at {@code off} in place. @return the plaintext's length, which starts at {@link #textOff} */
    int open(byte[] buf, int off) {
        int length = DtlsRecord.length(buf, off) - EXPLICIT_NONCE_BYTES - AeadCipher.TAG_BYTES;
        long sequence = DtlsRecord.sequence(buf, off);
        if (length < 0 || DtlsRecord.epoch(buf, off) != EPOCH || !isNew(sequence)) {
            return REJECTED;
        }
        System.arraycopy(buf, off + DtlsRecord.HEADER_BYTES, readNonce, 4, EXPLICIT_NONCE_BYTES);
        aad(Bytes.i64(buf, off + 3), DtlsRecord.type(buf, off), length);
        if (!opener.open(readNonce, aad, 0, aad.length, buf, textOff(off), length)) {
            return REJECTED;
        }
        note(sequence);
        return length;
    }

    static int textOff(int recordOff) {
        return recordOff + DtlsRecord.HEADER_BYTES + EXPLICIT_NONCE_BYTES;
    }

    private void aad(long number, int type, int plainLength) {
        Bytes.putI64(aad, 0, number);
        Bytes.putU8(aad, 8, type);
        Bytes.putU16(aad, 9, DtlsRecord.VERSION_1_2);
        Bytes.putU16(aad, 11, plainLength);
    }

    private boolean isNew(long sequence) {
        if (sequence > highestRead) {
            return true;
        }
        long behind = highestRead - sequence;
        return behind < 64 && (readWindow & 1L << behind) == 0;
    }

    boolean isNewest() {
        return isNewest;
    }

    private void note(long sequence) {
        isNewest = sequence > highestRead;
        if (isNewest) {
            long ahead = sequence - highestRead;
            readWindow = (ahead >= 64 ? 0 : readWindow << ahead) | 1;
            highestRead = sequence;
        } else {
            readWindow |= 1L << highestRead - sequence;
        }
    }

    @Override
    public void close() {
        sealer.close();
        opener.close();
    }
}
