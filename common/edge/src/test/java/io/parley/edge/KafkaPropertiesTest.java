// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class KafkaPropertiesTest {
    private static KafkaProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("parley.kafka", KafkaProperties.class);
    }

    @Test
    void brokersAreAListOrATextWithCommas() {
        assertThat(bind(Map.of()).bootstrapServers()).isEmpty();
        assertThat(bind(Map.of("parley.kafka.bootstrap-servers", "")).bootstrapServers())
                .isEmpty();
        assertThat(bind(Map.of("parley.kafka.bootstrap-servers", "one:9092, [::1]:9093"))
                        .bootstrapServers())
                .containsExactly("one:9092", "[::1]:9093");
        assertThat(bind(Map.of(
                                "parley.kafka.bootstrap-servers[0]", "one:9092",
                                "parley.kafka.bootstrap-servers[1]", "two:9092"))
                        .bootstrapServers())
                .containsExactly("one:9092", "two:9092");
    }

    @ParameterizedTest
    @CsvSource({
        "bootstrap-servers, 'one:9092,two', 3, has \"two\": write host:port",
        "partitions, 0, 3, may be 1 to 1000",
        "replication-factor, -1, 3, may be 0 to 100",
        "min-insync-replicas, 4, 3, may be 0 to 3",
    })
    void whatCantBeIsToldWithItsKey(String key, String value, String replicas, String told) {
        Map<String, String> settings = key.equals("replication-factor")
                ? Map.of("parley.kafka." + key, value)
                : Map.of("parley.kafka." + key, value, "parley.kafka.replication-factor", replicas);
        assertThatThrownBy(() -> bind(settings)).rootCause().hasMessageContainingAll("parley.kafka." + key, told);
    }

    @Test
    void noTextOfThemHasASecret() {
        KafkaProperties properties = bind(Map.of(
                "parley.kafka.sasl.mechanism", "PLAIN",
                "parley.kafka.sasl.password", "hush",
                "parley.kafka.properties[ssl.key.password]", "hush"));
        assertThat(properties.sasl().password()).isEqualTo("hush");
        assertThat(properties.properties()).containsValue("hush");
        assertThat(properties + " " + properties.sasl()).contains("PLAIN").doesNotContain("hush");
    }
}
