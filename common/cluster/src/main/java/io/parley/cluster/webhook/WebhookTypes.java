// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import io.parley.api.event.EventType;
import java.util.List;
import java.util.stream.Stream;

/** What an endpoint may hear of: the events of the log, and what only webhooks have. */
public final class WebhookTypes {
    /** Asked for by the API, to see whether it arrives. */
    public static final String TEST = "webhook_test";

    /** Another endpoint of the API key was switched off. */
    public static final String ENDPOINT_OFF = "webhook_endpoint_off";

    private WebhookTypes() {}

    /** By wire name, those that an endpoint may include or exclude. */
    public static List<String> all() {
        return Stream.concat(Stream.of(EventType.values()).map(EventType::wireName), Stream.of(ENDPOINT_OFF))
                .toList();
    }
}
