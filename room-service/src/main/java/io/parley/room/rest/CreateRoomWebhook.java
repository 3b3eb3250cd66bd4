// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a new room's events are to go. */
record CreateRoomWebhook(
        @Field(
                value = "http or https; private addresses only where the server allows them.",
                example = "https://example.com/hook",
                max = 2_048)
        String url,

        @Field(value = "Only these events.", max = WebhookEndpointResource.MAX_EVENTS) @Nullable
        List<String> includeEvents,

        @Field(value = "None of these events, where none is included.", max = WebhookEndpointResource.MAX_EVENTS)
        @Nullable
        List<String> excludeEvents) {}
