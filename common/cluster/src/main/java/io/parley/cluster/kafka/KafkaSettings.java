// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * Where the event log is.
 *
 * @param bootstrapServers host:port, with commas between
 * @param partitions of the topic, if it has to be made
 * @param properties of Kafka's clients, such as those of SASL and TLS
 */
public record KafkaSettings(String bootstrapServers, String topic, int partitions, Map<String, String> properties) {
    public static final String DEFAULT_TOPIC = "parley.events";
    public static final int DEFAULT_PARTITIONS = 12;

    /** @param own that may not be set otherwise */
    Map<String, Object> client(Map<String, Object> own) {
        Map<String, Object> all = new HashMap<>();
        // Kafka's second most noisy line comes with each try to connect.
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000);
        all.putAll(properties);
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.putAll(own);
        return all;
    }

    @Override
    public String toString() {
        return "KafkaSettings[" + bootstrapServers + ", " + topic + "]"; // never the secrets
    }
}
