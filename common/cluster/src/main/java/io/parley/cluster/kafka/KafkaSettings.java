// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Where the event log is.
 *
 * @param bootstrapServers host:port, with commas between
 * @param properties of Kafka's clients, which win over the other settings
 */
public record KafkaSettings(
        String bootstrapServers, TopicSettings topic, KafkaSecurity security, Map<String, String> properties) {
    /** @param own that may not be set otherwise */
    Map<String, Object> client(Map<String, Object> own) {
        Map<String, Object> all = new HashMap<>();
        // Kafka's second most noisy line comes with each try to connect.
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000);
        all.putAll(security.client());
        all.putAll(properties);
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        all.putAll(own);
        return all;
    }

    /**
     * Kafka need not be there, nor its name be known.
     *
     * @param client what one of this kind is to be given
     * @throws IllegalArgumentException naming what is wrong
     */
    void refuseWhatCantBe(ConfigDef kind, Map<String, Object> client) {
        try {
            kind.parse(client);
        } catch (ConfigException e) {
            throw new IllegalArgumentException("parley.kafka.properties: " + e.getMessage(), e);
        }
        security.refuseWhatCantBe();
    }

    @Override
    public String toString() {
        return "KafkaSettings[" + bootstrapServers + ", " + topic.name() + "]"; // never the secrets
    }
}
