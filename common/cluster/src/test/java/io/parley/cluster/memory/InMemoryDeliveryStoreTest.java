// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import io.parley.cluster.DeliveryStoreContract;
import io.parley.cluster.webhook.DeliveryStore;

class InMemoryDeliveryStoreTest extends DeliveryStoreContract {
    @Override
    protected DeliveryStore store() {
        return new InMemoryDeliveryStore(System::currentTimeMillis, LIMITS);
    }
}
