// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import io.parley.edge.config.Allowed;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where what happens is told ({@code parley.kafka}).
 *
 * @param bootstrapServers host:port of some brokers; empty for no Kafka
 * @param topic of the events
 * @param partitions of the topic, where it is made by a service
 * @param replicationFactor the same; 0 for three, or as many as there are brokers
 * @param minInsyncReplicas the same; 0 for two of three or more, else one
 * @param tls of connections to brokers
 * @param sasl what brokers are shown
 * @param properties of Kafka's clients, which win over the other keys
 */
public record KafkaProperties(
        @DefaultValue List<String> bootstrapServers,
        @DefaultValue("parley.events") String topic,
        @DefaultValue("12") int partitions,
        @DefaultValue("0") int replicationFactor,
        @DefaultValue("0") int minInsyncReplicas,
        @DefaultValue Tls tls,
        @DefaultValue Sasl sasl,
        @DefaultValue Map<String, String> properties) {
    private static final int MAX_REPLICAS = 100;

    public KafkaProperties {
        for (String server : bootstrapServers) {
            if (!server.matches(".+:\\d{1,5}")) {
                throw new IllegalArgumentException(
                        "parley.kafka.bootstrap-servers has \"" + server + "\": write host:port");
            }
        }
        Allowed.range("parley.kafka.partitions", partitions, 1, 1_000);
        Allowed.range("parley.kafka.replication-factor", replicationFactor, 0, MAX_REPLICAS);
        Allowed.range(
                "parley.kafka.min-insync-replicas",
                minInsyncReplicas,
                0,
                replicationFactor > 0 ? replicationFactor : MAX_REPLICAS);
    }

    /**
     * PEM files; "" for none.
     *
     * @param ca of the authority that brokers have their certificates from; "" for those that the JVM trusts
     * @param certificate that is shown to brokers
     * @param key of the certificate, as PKCS #8
     */
    public record Tls(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("") String ca,
            @DefaultValue("") String certificate,
            @DefaultValue("") String key) {}

    /** @param mechanism PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; "" for none */
    public record Sasl(
            @DefaultValue("") String mechanism,
            @DefaultValue("") String username,
            @DefaultValue("") String password) {
        @Override
        public String toString() {
            return "Sasl[" + mechanism + ", " + username + "]"; // never the secret
        }
    }

    @Override
    public String toString() {
        return "KafkaProperties" + bootstrapServers + "[" + topic + "]"; // never the secrets
    }
}
