// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cluster.DeliveryStoreContract;
import io.parley.cluster.Stages;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;

class RedisDeliveryStoreIT extends DeliveryStoreContract {
    private static final int CALLS = 500;

    private static RedisServer server;

    @BeforeAll
    static void start() {
        server = new RedisServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** A log that is far behind comes in thousands of calls at once; one by one, the last of them met their timeout. */
    @Test
    void callsThatComeAtOnceGoTogetherAndEachHasItsAnswer() {
        DeliveryStore store = store(DeliveryLimits.DEFAULT);
        List<KeyProgress> expected = IntStream.range(0, CALLS)
                .mapToObj(i -> new KeyProgress(7, i, "RM_" + i, 1, false))
                .toList();
        expected.stream()
                .map(progress -> store.enqueue(
                        new Intake(progress.roomSid(), KeyProgress.NONE, progress, Map.of(), Set.of(), List.of())))
                .toList()
                .forEach(Stages::get);
        long before = scriptCalls();
        List<CompletionStage<KeyProgress>> asked = expected.stream()
                .map(progress -> store.progress(progress.roomSid()))
                .toList();
        assertThat(asked.stream().map(Stages::get)).containsExactlyElementsOf(expected);
        assertThat(scriptCalls() - before).isPositive().isLessThan(CALLS / 2);
    }

    private static long scriptCalls() {
        try (RedisConnection connection = server.connections().getConnection()) {
            String stats = connection.serverCommands().info("commandstats").getProperty("cmdstat_evalsha");
            return Long.parseLong(stats.replaceAll("calls=(\\d+).*", "$1"));
        }
    }

    @Override
    protected DeliveryStore store(DeliveryLimits limits) {
        server.flush();
        return new RedisDeliveryStore(server.connections(), limits);
    }
}
