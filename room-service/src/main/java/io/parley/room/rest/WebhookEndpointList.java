// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.cluster.webhook.EndpointStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of an API key's endpoints. */
record WebhookEndpointList(
        @Field("The oldest first.") List<WebhookEndpointResource> endpoints,

        @Field("The pageToken of the next page; absent on the last.") @Nullable
        String nextPageToken) {
    static WebhookEndpointList of(Page<EndpointStatus> page) {
        return new WebhookEndpointList(
                page.items().stream().map(WebhookEndpointResource::of).toList(), page.nextToken());
    }
}
