// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import io.parley.cluster.DeliveryStoreContract;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisDeliveryStoreIT extends DeliveryStoreContract {
    private static RedisServer server;

    @BeforeAll
    static void start() {
        server = new RedisServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected DeliveryStore store(DeliveryLimits limits) {
        server.flush();
        return new RedisDeliveryStore(server.connections(), limits);
    }
}
