// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority that lives for one test, and its certificates as PEM files. */
public final class TestAuthority {
    private static final GeneralNames LOOPBACK = new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path folder;
    private final String name;
    private final KeyPair keys = keyPair();
    private final Path certificate;
    private int issued;

    public TestAuthority(Path folder, String name) {
        this.folder = folder;
        this.name = name;
        this.certificate = write(name + ".pem", "CERTIFICATE", issue(name, keys, true));
    }

    /** Files of one certificate. */
    public record Issued(Path certificate, Path key) {}

    public Path certificate() {
        return certificate;
    }

    public Issued issue(String subject) {
        KeyPair own = keyPair();
        return new Issued(
                write(subject + ".pem", "CERTIFICATE", issue(subject, own, false)),
                write(subject + ".key", "PRIVATE KEY", own.getPrivate().getEncoded()));
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] issue(String subject, KeyPair subjectKeys, boolean isAuthority) {
        Instant now = Instant.now();
        try {
            X509CertificateHolder holder = new JcaX509v3CertificateBuilder(
                            new X500Principal("CN=" + name),
                            BigInteger.valueOf(++issued),
                            Date.from(now.minusSeconds(3_600)),
                            Date.from(now.plusSeconds(3_600)),
                            new X500Principal("CN=" + subject),
                            subjectKeys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority))
                    .addExtension(Extension.subjectAlternativeName, false, LOOPBACK)
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
            return holder.getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    private Path write(String file, String type, byte[] der) {
        String pem = "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, PEM.encodeToString(der), type);
        try {
            return Files.writeString(folder.resolve(file), pem);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
