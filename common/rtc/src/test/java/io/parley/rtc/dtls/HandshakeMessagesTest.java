// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.buf.Bytes;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Fragments that announce messages of 16 MB. BouncyCastle set aside what each announced: 256 MB for one datagram of
 * 400 bytes. In the clear anyone could send that who knows the addresses of a handshake under way, and it spoilt the
 * handshake as well; in encrypted records a participant with a token could.
 */
class HandshakeMessagesTest {
    private static final DtlsCertificate CERTIFICATE = DtlsCertificate.generate(new SecureRandom(), 1_750_000_000_000L);
    private static final List<Integer> PROFILES = List.of(0x0007);

    private final Semaphore progress = new Semaphore(0);

    @Test
    @Timeout(20)
    void hugeFragmentsInTheClearAreDroppedAndTheHandshakeGoesOn() throws InterruptedException {
        DtlsHandshake server = begin(DtlsRole.SERVER);
        DtlsHandshake client = begin(DtlsRole.CLIENT);
        byte[] huge = new byte[DtlsRecord.HEADER_BYTES + 16 * HandshakeMessages.HEADER_BYTES];
        huge[0] = DtlsRecord.HANDSHAKE;
        Bytes.putU16(huge, 1, DtlsRecord.VERSION_1_2);
        Bytes.putU48(huge, 5, 1000);
        Bytes.putU16(huge, 11, huge.length - DtlsRecord.HEADER_BYTES);
        for (int i = 0; i < 16; i++) {
            int at = DtlsRecord.HEADER_BYTES + i * HandshakeMessages.HEADER_BYTES;
            huge[at] = 11;
            Bytes.putU24(huge, at + 1, 0xFFFFFF);
            Bytes.putU16(huge, at + 4, 1 + i);
        }
        while (server.outcome().equals(DtlsHandshake.PENDING)) {
            progress.acquire();
            for (byte[] sent = client.pollTransmit(); sent != null; sent = client.pollTransmit()) {
                server.onDatagram(sent, 0, sent.length);
                server.onDatagram(huge, 0, huge.length);
            }
            for (byte[] sent = server.pollTransmit(); sent != null; sent = server.pollTransmit()) {
                client.onDatagram(sent, 0, sent.length);
            }
        }
        assertThat(server.outcome()).isInstanceOf(DtlsHandshake.Outcome.Done.class);
        client.close();
    }

    @Test
    @Timeout(20)
    void aHugeFragmentInAnEncryptedRecordEndsTheHandshake() throws InterruptedException {
        Semaphore moved = new Semaphore(0);
        DtlsHandshake server = BouncyCastleHandshake.factory()
                .start(DtlsRole.SERVER, CERTIFICATE, CERTIFICATE.fingerprint(), PROFILES, () -> {
                    progress.release();
                    moved.release();
                });
        HandshakePeers peers = new HandshakePeers(boasting(), CERTIFICATE, CERTIFICATE.fingerprint(), PROFILES);
        Thread client = Thread.ofVirtual().start(() -> {
            try {
                new DTLSClientProtocol().connect(peers.client(), wireTo(server, moved));
            } catch (IOException e) {
                assertThat(e).as("the server tells us").isNotNull();
            }
        });
        while (server.outcome().equals(DtlsHandshake.PENDING)) {
            progress.acquire();
        }
        client.interrupt();
        assertThat(server.outcome())
                .isEqualTo(new DtlsHandshake.Outcome.Failed(
                        "illegal_parameter(47); handshake message is too large, or in too many parts"));
    }

    /**
     * Each fragment went past all gaps in its message: with a byte here and there 1.2 kB cost 6 ms, so that 2 Mbit/s took a
     * processor. In the clear from anyone who knows the addresses of a handshake under way, else from a participant.
     */
    @Test
    void crumbsOfAMessageAreDroppedWhenThereAreTooMany() {
        HandshakeMessages messages = new HandshakeMessages();
        int taken = 0;
        for (int off = 0; off < HandshakeMessages.MAX_BYTES; off += 2) {
            taken += messages.areModest(fragment(HandshakeMessages.MAX_BYTES, off, 1)) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(HandshakeMessages.MAX_PARTS);
        assertThat(messages.areModest(fragment(70, 0, 70)))
                .as("a whole message")
                .isTrue();
    }

    @Test
    void aLargeCertificateInSmallPacketsMayBeRepeated() {
        HandshakeMessages messages = new HandshakeMessages();
        for (int times = 0; times < 8; times++) {
            for (int off = 0; off < 4096; off += 200) {
                assertThat(messages.areModest(fragment(4096, off, Math.min(200, 4096 - off))))
                        .isTrue();
            }
        }
    }

    /** A record in the clear with a part of a certificate message. */
    private static byte[] fragment(int messageBytes, int off, int len) {
        byte[] record = new byte[DtlsRecord.HEADER_BYTES + HandshakeMessages.HEADER_BYTES + len];
        record[0] = DtlsRecord.HANDSHAKE;
        Bytes.putU16(record, 1, DtlsRecord.VERSION_1_2);
        Bytes.putU16(record, 11, record.length - DtlsRecord.HEADER_BYTES);
        record[DtlsRecord.HEADER_BYTES] = 11;
        Bytes.putU24(record, DtlsRecord.HEADER_BYTES + 1, messageBytes);
        Bytes.putU24(record, DtlsRecord.HEADER_BYTES + 6, off);
        Bytes.putU24(record, DtlsRecord.HEADER_BYTES + 9, len);
        return record;
    }

    private DtlsHandshake begin(DtlsRole role) {
        return BouncyCastleHandshake.factory()
                .start(role, CERTIFICATE, CERTIFICATE.fingerprint(), PROFILES, progress::release);
    }

    private DatagramTransport wireTo(DtlsHandshake server, Semaphore moved) {
        return new DatagramTransport() {
            @Override
            public int getReceiveLimit() {
                return 1500;
            }

            @Override
            public int getSendLimit() {
                return 1200;
            }

            @Override
            public int receive(byte[] buf, int off, int len, int waitMillis) throws IOException {
                byte[] datagram = server.pollTransmit();
                try {
                    if (datagram == null && moved.tryAcquire(1, TimeUnit.SECONDS)) {
                        datagram = server.pollTransmit();
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                if (datagram == null) {
                    return -1;
                }
                System.arraycopy(datagram, 0, buf, off, datagram.length);
                return datagram.length;
            }

            @Override
            public void send(byte[] buf, int off, int len) {
                server.onDatagram(buf, off, len);
            }

            @Override
            public void close() {}
        };
    }

    /** Crypto of a client whose encrypted messages announce more than they are. */
    private static JcaTlsCrypto boasting() {
        return new JcaTlsCryptoProvider() {
            @Override
            public JcaTlsCrypto create(SecureRandom keyRandom, SecureRandom nonceRandom) {
                return new JcaTlsCrypto(getHelper(), getAltHelper(), keyRandom, nonceRandom) {
                    @Override
                    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac)
                            throws IOException {
                        return boasting(super.createCipher(parameters, encryption, mac));
                    }
                };
            }
        }.create(new SecureRandom());
    }

    private static TlsCipher boasting(TlsCipher real) {
        return (TlsCipher) Proxy.newProxyInstance(
                TlsCipher.class.getClassLoader(), new Class<?>[] {TlsCipher.class}, (proxy, method, args) -> {
                    if (method.getName().equals("encodePlaintext")) {
                        Bytes.putU24((byte[]) args[4], (int) args[5] + 1, 0xFFFFFF);
                    }
                    return method.invoke(real, args);
                });
    }
}
