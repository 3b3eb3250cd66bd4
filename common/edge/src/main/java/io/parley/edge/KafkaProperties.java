// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import io.parley.edge.config.Allowed;
import java.util.Map;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where what happens is told ({@code parley.kafka}).
 *
 * @param bootstrapServers host:port, with commas between; "" for no Kafka
 * @param topic of the events
 * @param partitions of the topic, where it is made by a service
 * @param properties of Kafka's clients
 */
public record KafkaProperties(
        @DefaultValue("") String bootstrapServers,
        @DefaultValue("parley.events") String topic,
        @DefaultValue("12") int partitions,
        @DefaultValue Map<String, String> properties) {
    public KafkaProperties {
        Allowed.range("parley.kafka.partitions", partitions, 1, 1_000);
    }

    @Override
    public String toString() {
        return "KafkaProperties[" + bootstrapServers + ", " + topic + "]"; // never the secrets
    }
}
