// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deliveries of one endpoint in one state, or of one event. */
record WebhookDeliveryList(
        @Field("Of an endpoint, the newest first.") List<WebhookDeliveryResource> deliveries,

        @Field("The pageToken of the next page; absent on the last.") @Nullable
        String nextPageToken) {}
