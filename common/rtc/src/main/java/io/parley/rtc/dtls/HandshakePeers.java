// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.sdp.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Hashtable;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What BouncyCastle asks of either side of one handshake: DTLS 1.2 with ECDHE-ECDSA and AES-GCM, mutual certificates
 * checked against the fingerprint of the signalling, and use_srtp. Lives on the handshake's thread.
 */
final class HandshakePeers {
    private static final int RESEND_MS = 100;
    private static final int[] SUITES = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    };
    private static final int[] GROUPS = {NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1};
    private static final int GCM_IV_BYTES = 4;

    private final JcaTlsCrypto crypto;
    private final DtlsCertificate certificate;
    private final Fingerprint remote;
    private final List<Integer> srtpProfiles;

    private int srtpProfile;
    private byte @Nullable [] srtpMaterial;
    private byte @Nullable [] keyBlock;
    private int keyBytes;

    HandshakePeers(JcaTlsCrypto crypto, DtlsCertificate certificate, Fingerprint remote, List<Integer> srtpProfiles) {
        this.crypto = crypto;
        this.certificate = certificate;
        this.remote = remote;
        this.srtpProfiles = srtpProfiles;
    }

    Server server() {
        return new Server(crypto);
    }

    Client client() {
        return new Client(crypto);
    }

    DtlsKeys keys(DtlsRole role, long nextWriteSequence, List<byte[]> lastFlight) throws IOException {
        byte[] block = keyBlock;
        byte[] material = srtpMaterial;
        if (block == null || material == null) {
            throw new IOException("handshake ended without keys");
        }
        // RFC 5246 s.6.3 for an AEAD suite: client key, server key, client IV, server IV.
        byte[] clientKey = Arrays.copyOfRange(block, 0, keyBytes);
        byte[] serverKey = Arrays.copyOfRange(block, keyBytes, 2 * keyBytes);
        byte[] clientIv = Arrays.copyOfRange(block, 2 * keyBytes, 2 * keyBytes + GCM_IV_BYTES);
        byte[] serverIv = Arrays.copyOfRange(block, 2 * keyBytes + GCM_IV_BYTES, block.length);
        boolean isClient = role == DtlsRole.CLIENT;
        return new DtlsKeys(
                role,
                srtpProfile,
                material,
                isClient ? clientKey : serverKey,
                isClient ? clientIv : serverIv,
                isClient ? serverKey : clientKey,
                isClient ? serverIv : clientIv,
                nextWriteSequence,
                lastFlight);
    }

    /** While the master secret is still there: BouncyCastle clears it when the handshake call returns. */
    private void deriveKeys(TlsContext context) {
        SecurityParameters parameters = context.getSecurityParametersConnection();
        int suite = parameters.getCipherSuite();
        keyBytes = suite == CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 ? 32 : 16;
        // RFC 5246 s.6.3; BouncyCastle's own helper reads parameters that are gone by now.
        keyBlock = parameters
                .getMasterSecret()
                .deriveUsingPRF(
                        parameters.getPRFAlgorithm(),
                        ExporterLabel.key_expansion,
                        Arrays.concatenate(parameters.getServerRandom(), parameters.getClientRandom()),
                        2 * (keyBytes + GCM_IV_BYTES))
                .extract();
        srtpMaterial = context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, exporterBytes(srtpProfile));
    }

    /** RFC 5764 s.4.1.2 and RFC 7714 s.12: twice key and salt. */
    private static int exporterBytes(int profile) {
        return switch (profile) {
            case 0x0007 -> 2 * (16 + 12);
            case 0x0008 -> 2 * (32 + 12);
            default -> 2 * (16 + 14);
        };
    }

    private void verify(@Nullable Certificate chain) throws IOException {
        if (chain == null || chain.isEmpty()) {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, "peer sent no certificate");
        }
        TlsCertificate leaf = chain.getCertificateAt(0);
        if (!remote.matches(leaf.getEncoded())) {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, "certificate does not match the fingerprint");
        }
    }

    private TlsCredentialedSigner signer(TlsContext context) throws IOException {
        try {
            java.security.cert.Certificate x509 = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate.der()));
            Certificate chain = new Certificate(new TlsCertificate[] {crypto.createCertificate(x509.getEncoded())});
            return new JcaDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(context),
                    crypto,
                    certificate.key(),
                    chain,
                    SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa));
        } catch (CertificateException e) {
            throw new IOException(e);
        }
    }

    private static Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
        Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
        for (short signature : new short[] {SignatureAlgorithm.ecdsa, SignatureAlgorithm.rsa}) {
            for (short hash : new short[] {HashAlgorithm.sha256, HashAlgorithm.sha384, HashAlgorithm.sha512}) {
                algorithms.add(SignatureAndHashAlgorithm.getInstance(hash, signature));
            }
        }
        return algorithms;
    }

    final class Server extends DefaultTlsServer {
        Server(TlsCrypto crypto) {
            super(crypto);
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES.clone();
        }

        @Override
        public int[] getSupportedGroups() {
            return GROUPS.clone();
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return BouncyCastleHandshake.TIMEOUT_MS;
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return RESEND_MS;
        }

        @Override
        public CertificateRequest getCertificateRequest() {
            short[] types = {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign};
            return new CertificateRequest(types, signatureAlgorithms(), null);
        }

        @Override
        public void notifyClientCertificate(Certificate clientCertificate) throws IOException {
            verify(clientCertificate);
        }

        @Override
        protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
            return signer(context);
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void processClientExtensions(Hashtable clientExtensions) throws IOException {
            super.processClientExtensions(clientExtensions);
            UseSRTPData offered = TlsSRTPUtils.getUseSRTPExtension(clientExtensions);
            srtpProfile = offered == null ? 0 : choose(offered.getProtectionProfiles());
            if (srtpProfile == 0) {
                throw new TlsFatalAlert(AlertDescription.handshake_failure, "no common SRTP profile");
            }
        }

        private int choose(int[] offered) {
            for (int profile : srtpProfiles) {
                for (int candidate : offered) {
                    if (candidate == profile) {
                        return profile;
                    }
                }
            }
            return 0;
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"})
        public Hashtable getServerExtensions() throws IOException {
            Hashtable extensions = super.getServerExtensions();
            TlsSRTPUtils.addUseSRTPExtension(
                    extensions, new UseSRTPData(new int[] {srtpProfile}, TlsUtils.EMPTY_BYTES));
            return extensions;
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            deriveKeys(context);
        }
    }

    final class Client extends DefaultTlsClient {
        Client(TlsCrypto crypto) {
            super(crypto);
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES.clone();
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return BouncyCastleHandshake.TIMEOUT_MS;
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return RESEND_MS;
        }

        @Override
        @SuppressWarnings({"rawtypes", "unchecked"})
        public Hashtable getClientExtensions() throws IOException {
            Hashtable extensions = super.getClientExtensions();
            int[] profiles = srtpProfiles.stream().mapToInt(Integer::intValue).toArray();
            TlsSRTPUtils.addUseSRTPExtension(extensions, new UseSRTPData(profiles, TlsUtils.EMPTY_BYTES));
            return extensions;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void processServerExtensions(Hashtable serverExtensions) throws IOException {
            super.processServerExtensions(serverExtensions);
            UseSRTPData chosen = TlsSRTPUtils.getUseSRTPExtension(serverExtensions);
            if (chosen == null
                    || chosen.getProtectionProfiles().length != 1
                    || !srtpProfiles.contains(chosen.getProtectionProfiles()[0])) {
                throw new TlsFatalAlert(AlertDescription.illegal_parameter, "server chose no SRTP profile of ours");
            }
            srtpProfile = chosen.getProtectionProfiles()[0];
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate serverCertificate) throws IOException {
                    verify(serverCertificate.getCertificate());
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    return signer(context);
                }
            };
        }

        @Override
        public void notifyHandshakeComplete() throws IOException {
            super.notifyHandshakeComplete();
            deriveKeys(context);
        }
    }
}
