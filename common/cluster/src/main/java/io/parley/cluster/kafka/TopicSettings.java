// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

/**
 * The topic of the events, and how it is if it has to be made.
 *
 * @param replicationFactor of each partition; 0 for three, or as many as there are brokers
 * @param minInsyncReplicas that have what a producer is told was taken; 0 for two of three or more, else one
 */
public record TopicSettings(String name, int partitions, int replicationFactor, int minInsyncReplicas) {
    private static final int REPLICAS = 3;

    int replicationFactor(int brokers) {
        return replicationFactor > 0 ? replicationFactor : Math.max(Math.min(REPLICAS, brokers), minInsyncReplicas);
    }

    int minInsyncReplicas(int brokers) {
        return minInsyncReplicas > 0 ? minInsyncReplicas : replicationFactor(brokers) < REPLICAS ? 1 : 2;
    }
}
