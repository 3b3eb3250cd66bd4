// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.cluster.DeliveryStoreContract;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;

class InMemoryDeliveryStoreTest extends DeliveryStoreContract {
    @Override
    protected DeliveryStore store(DeliveryLimits limits) {
        return new InMemoryDeliveryStore(System::currentTimeMillis, limits);
    }
}
