// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the two ends of the node link know each other: by TLS, in which both show a certificate of the cluster's own
 * authority, or not at all (then the link is in a network of its own). Whose certificate it is does not matter, as any
 * service may be anywhere. Files that change are read again.
 */
public final class LinkCredentials implements AutoCloseable {
    /** Without TLS. */
    public static final LinkCredentials PLAIN =
            new LinkCredentials(InsecureChannelCredentials.create(), InsecureServerCredentials.create(), null);

    private static final long RELOAD_INTERVAL_S = 60;
    private static final String PREFIX = "parley.cluster.tls.";

    private final ChannelCredentials client;
    private final ServerCredentials server;
    private final @Nullable ScheduledExecutorService reloads;

    private LinkCredentials(
            ChannelCredentials client, ServerCredentials server, @Nullable ScheduledExecutorService reloads) {
        this.client = client;
        this.server = server;
        this.reloads = reloads;
    }

    /**
     * Of PEM files.
     *
     * @param certificate of this service, with those between it and the authority
     * @param key the certificate's, as PKCS #8
     * @param ca the authority's certificate
     * @return {@link #PLAIN} if all three are ""
     * @throws IllegalArgumentException if some are "", or can't be read; it names them
     */
    public static LinkCredentials of(String certificate, String key, String ca) {
        Map<String, String> files = Map.of("certificate", certificate, "key", key, "ca", ca);
        String missing = files.entrySet().stream()
                .filter(file -> file.getValue().isEmpty())
                .map(file -> PREFIX + file.getKey())
                .sorted()
                .collect(Collectors.joining(" and "));
        if (certificate.isEmpty() && key.isEmpty() && ca.isEmpty()) {
            return PLAIN;
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    missing + " is missing: TLS on the node link needs certificate, key and ca");
        }
        ScheduledExecutorService reloads = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("link-certificates").factory());
        try {
            AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
            own.updateIdentityCredentials(
                    new File(certificate), new File(key), RELOAD_INTERVAL_S, TimeUnit.SECONDS, reloads);
            AdvancedTlsX509TrustManager others = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
            others.updateTrustCredentials(new File(ca), RELOAD_INTERVAL_S, TimeUnit.SECONDS, reloads);
            return new LinkCredentials(
                    TlsChannelCredentials.newBuilder()
                            .keyManager(own)
                            .trustManager(others)
                            .build(),
                    TlsServerCredentials.newBuilder()
                            .keyManager(own)
                            .trustManager(others)
                            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                            .build(),
                    reloads);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            reloads.shutdownNow();
            throw new IllegalArgumentException(
                    "TLS on the node link: can't use the PEM files of " + PREFIX + "certificate, key (PKCS #8) and ca: "
                            + e.getMessage(),
                    e);
        }
    }

    ChannelCredentials client() {
        return client;
    }

    ServerCredentials server() {
        return server;
    }

    @Override
    public void close() {
        if (reloads != null) {
            reloads.shutdownNow();
        }
    }
}
