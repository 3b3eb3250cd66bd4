// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.parley.edge.ClusterProperties;
import io.parley.edge.KafkaProperties;
import io.parley.edge.http.ManagementProperties;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code parley} of a webhook-dispatcher; {@code webhook-dispatcher.yaml} explains each key. A key that is
 * not here stops the start.
 *
 * @param development allows short secrets
 * @param keys secrets by API key
 */
@ConfigurationProperties(prefix = "parley", ignoreUnknownFields = false)
public record WebhookDispatcherProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue Map<String, String> keys,
        @DefaultValue WebhookProperties webhook,
        @DefaultValue ManagementProperties management,
        @DefaultValue ClusterProperties cluster,
        @DefaultValue KafkaProperties kafka) {
    @Override
    public String toString() {
        return "WebhookDispatcherProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
