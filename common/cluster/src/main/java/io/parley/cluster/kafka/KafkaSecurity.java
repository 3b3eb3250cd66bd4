// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * How Kafka is known, and what is shown to it; "" for what there is not. Files are read whenever a client is made.
 *
 * @param tls whether connections are TLS's
 * @param ca PEM file of the authority that brokers have their certificates from; those that the JVM trusts if ""
 * @param certificate PEM file of the chain that is shown to brokers
 * @param key the certificate's, as PKCS #8
 * @param mechanism of SASL: one of {@link #MECHANISMS}
 * @param username of SASL
 * @param password of SASL
 */
public record KafkaSecurity(
        boolean tls, String ca, String certificate, String key, String mechanism, String username, String password) {
    public static final KafkaSecurity NONE = new KafkaSecurity(false, "", "", "", "", "", "");

    private static final String PLAIN = "PLAIN";
    private static final List<String> MECHANISMS = List.of(PLAIN, "SCRAM-SHA-256", "SCRAM-SHA-512");
    private static final String TLS = "parley.kafka.tls.";
    private static final String SASL = "parley.kafka.sasl.";
    private static final String PEM = "PEM";

    /**
     * Properties of Kafka's clients.
     *
     * @throws IllegalArgumentException for settings that don't go together, or files that can't be read; the message repeats
     *     no secret
     */
    Map<String, Object> client() {
        refuseContradictions();
        boolean hasSasl = !mechanism.isEmpty();
        Map<String, Object> client = new HashMap<>();
        if (hasSasl) {
            client.put(SaslConfigs.SASL_MECHANISM, mechanism);
            client.put(SaslConfigs.SASL_JAAS_CONFIG, jaas());
        }
        if (tls) {
            tls(client);
        }
        SecurityProtocol protocol = tls
                ? hasSasl ? SecurityProtocol.SASL_SSL : SecurityProtocol.SSL
                : hasSasl ? SecurityProtocol.SASL_PLAINTEXT : SecurityProtocol.PLAINTEXT;
        client.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol.name);
        return client;
    }

    /**
     * Makes of the files and of user and password what a client does before it connects.
     *
     * @throws IllegalArgumentException as {@link #client}, and for files that are none of their kind
     */
    void refuseWhatCantBe() {
        try {
            ClientUtils.createChannelBuilder(new AdminClientConfig(client()), Time.SYSTEM, new LogContext())
                    .close();
        } catch (KafkaException e) {
            Throwable cause = Throwables.getRootCause(e);
            throw new IllegalArgumentException(TLS + "ca, certificate or key: " + cause.getMessage(), e);
        }
    }

    private void refuseContradictions() {
        if (!mechanism.isEmpty() && !MECHANISMS.contains(mechanism)) {
            throw new IllegalArgumentException(
                    SASL + "mechanism is " + mechanism + ": it may be " + String.join(", ", MECHANISMS));
        }
        if (mechanism.isEmpty() != username.isEmpty() || mechanism.isEmpty() && !password.isEmpty()) {
            throw new IllegalArgumentException(SASL + "mechanism, username and password go together");
        }
        if (mechanism.equals(PLAIN) && !tls) {
            throw new IllegalArgumentException(
                    SASL + "mechanism is PLAIN, and anyone on the way could read the password: set " + TLS + "enabled");
        }
        if (!tls && !(ca + certificate + key).isEmpty()) {
            throw new IllegalArgumentException(TLS + "enabled is not set, and so its files are of no use");
        }
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException(TLS + "certificate and " + TLS + "key go together");
        }
    }

    private String jaas() {
        return "%s required username=%s password=%s;"
                .formatted(
                        mechanism.equals(PLAIN) ? PlainLoginModule.class.getName() : ScramLoginModule.class.getName(),
                        quoted(username),
                        quoted(password));
    }

    /** As StreamTokenizer reads it, by which Kafka does. */
    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + '"';
    }

    private void tls(Map<String, Object> client) {
        if (!ca.isEmpty()) {
            client.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, PEM);
            client.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, read("ca", ca));
        }
        if (!certificate.isEmpty()) {
            client.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, PEM);
            client.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, read("certificate", certificate));
            client.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, read("key", key));
        }
    }

    private static String read(String name, String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new IllegalArgumentException(TLS + name + ": can't read " + path, e);
        }
    }

    @Override
    public String toString() {
        return "KafkaSecurity[…]"; // never the secrets
    }
}
