// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsDecodeResult;
import org.bouncycastle.tls.crypto.TlsEncodeResult;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/** A cipher that refuses what {@link HandshakeMessages} does, where only it can see that: in encrypted records. */
final class ModestCipher implements TlsCipher {
    private final TlsCipher cipher;
    private final HandshakeMessages messages = new HandshakeMessages();

    private ModestCipher(TlsCipher cipher) {
        this.cipher = cipher;
    }

    /** BouncyCastle's crypto with ciphers of ours. */
    static JcaTlsCrypto crypto() {
        return new JcaTlsCryptoProvider() {
            @Override
            public JcaTlsCrypto create(SecureRandom keyRandom, SecureRandom nonceRandom) {
                return new JcaTlsCrypto(getHelper(), getAltHelper(), keyRandom, nonceRandom) {
                    @Override
                    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac)
                            throws IOException {
                        return new ModestCipher(super.createCipher(parameters, encryption, mac));
                    }
                };
            }
        }.create(new SecureRandom());
    }

    @Override
    public TlsDecodeResult decodeCiphertext(
            long sequence, short type, ProtocolVersion version, byte[] buf, int off, int len) throws IOException {
        TlsDecodeResult plain = cipher.decodeCiphertext(sequence, type, version, buf, off, len);
        if (type == DtlsRecord.HANDSHAKE && !messages.areModest(plain.buf, plain.off, plain.len)) {
            throw new TlsFatalAlert(
                    AlertDescription.illegal_parameter, "handshake message is too large, or in too many parts");
        }
        return plain;
    }

    @Override
    public TlsEncodeResult encodePlaintext(
            long sequence, short type, ProtocolVersion version, int headerAllocation, byte[] buf, int off, int len)
            throws IOException {
        return cipher.encodePlaintext(sequence, type, version, headerAllocation, buf, off, len);
    }

    @Override
    public int getCiphertextDecodeLimit(int plaintextLimit) {
        return cipher.getCiphertextDecodeLimit(plaintextLimit);
    }

    @Override
    public int getCiphertextEncodeLimit(int plaintextLimit) {
        return cipher.getCiphertextEncodeLimit(plaintextLimit);
    }

    @Override
    public int getPlaintextDecodeLimit(int ciphertextLimit) {
        return cipher.getPlaintextDecodeLimit(ciphertextLimit);
    }

    @Override
    public int getPlaintextEncodeLimit(int ciphertextLimit) {
        return cipher.getPlaintextEncodeLimit(ciphertextLimit);
    }

    @Override
    public void rekeyDecoder() throws IOException {
        cipher.rekeyDecoder();
    }

    @Override
    public void rekeyEncoder() throws IOException {
        cipher.rekeyEncoder();
    }

    @Override
    public boolean usesOpaqueRecordTypeDecode() {
        return cipher.usesOpaqueRecordTypeDecode();
    }

    @Override
    public boolean usesOpaqueRecordTypeEncode() {
        return cipher.usesOpaqueRecordTypeEncode();
    }
}
