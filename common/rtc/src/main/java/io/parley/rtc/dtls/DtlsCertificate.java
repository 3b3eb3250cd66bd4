// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.sdp.Fingerprint;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed ECDSA P-256 certificate with its key (RFC 8827 s.6.5). */
public record DtlsCertificate(PrivateKey key, byte[] der, Fingerprint fingerprint) {
    private static final Duration VALIDITY = Duration.ofDays(30);

    /** Makes a certificate; about a millisecond of CPU. @param wallMs now, milliseconds since 1970 */
    public static DtlsCertificate generate(SecureRandom random, long wallMs) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            X500Name name = new X500Name("CN=parley");
            byte[] der = new JcaX509v3CertificateBuilder(
                            name,
                            new BigInteger(64, random),
                            new Date(wallMs - Duration.ofDays(1).toMillis()),
                            new Date(wallMs + VALIDITY.toMillis()),
                            name,
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                    .getEncoded();
            return new DtlsCertificate(pair.getPrivate(), der, Fingerprint.sha256(der));
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("every JDK makes P-256 keys", e);
        }
    }

    @Override
    public String toString() {
        return "DtlsCertificate[" + fingerprint + "]"; // never the key
    }
}
