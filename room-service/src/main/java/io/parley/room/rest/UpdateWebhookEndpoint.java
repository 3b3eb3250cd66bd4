// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be another; what is absent stays. */
record UpdateWebhookEndpoint(
        @Field(value = "http or https; private addresses only where the server allows them.", max = 2_048) @Nullable
        String url,

        @Field(value = "Only these events; empty for all.", max = WebhookEndpointResource.MAX_EVENTS) @Nullable
        List<String> includeEvents,

        @Field(value = "None of these events, where none is included.", max = WebhookEndpointResource.MAX_EVENTS)
        @Nullable
        List<String> excludeEvents,

        @Field(value = "Whether anything is sent. What waits is sent when it is on again.", example = "true") @Nullable
        Boolean enabled) {}
