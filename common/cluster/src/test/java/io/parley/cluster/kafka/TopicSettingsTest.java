// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicSettingsTest {
    /** The last: Kafka refuses it, until there are brokers enough. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 0 | 1 | 1 | 1
            0 | 0 | 2 | 2 | 1
            0 | 0 | 3 | 3 | 2
            0 | 0 | 9 | 3 | 2
            5 | 0 | 9 | 5 | 2
            5 | 4 | 9 | 5 | 4
            3 | 1 | 3 | 3 | 1
            3 | 0 | 1 | 3 | 2
            0 | 2 | 1 | 2 | 2
            """)
    void aTopicHasAsManyReplicasAsIsGoodForSoManyBrokers(
            int wanted, int wantedInsync, int brokers, int replicas, int insync) {
        TopicSettings settings = new TopicSettings("events", 12, wanted, wantedInsync);
        assertThat(settings.replicationFactor(brokers)).isEqualTo(replicas);
        assertThat(settings.minInsyncReplicas(brokers)).isEqualTo(insync);
    }
}
