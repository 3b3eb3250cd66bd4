// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import io.parley.api.event.Event;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * Where webhooks go.
 *
 * @param id "WE_" and more; of a configured one the same wherever it is configured
 * @param apiKey whose secret signs the JWT, and whose tokens may see it
 * @param room only events with this key; "" for all
 * @param secrets of Standard Webhooks' signature; without any the API key's secret is the key
 * @param isConfigured it comes from the configuration of the service, and only goes with it
 * @param createdAtMs milliseconds since 1970
 */
public record WebhookEndpoint(
        String id,
        String url,
        String apiKey,
        String room,
        EventFilter filter,
        List<SigningSecret> secrets,
        boolean isConfigured,
        long createdAtMs) {
    private static final int MAX_URL_LENGTH = 2_048;
    private static final int MAX_PORT = 65_535;

    public WebhookEndpoint {
        secrets = List.copyOf(secrets);
    }

    /** Whether it can be one's: http or https, a host, no user, which the signature would leave no room for. */
    public static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return uri.getHost() != null
                    && uri.getUserInfo() == null
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getPort() <= MAX_PORT
                    && text.length() <= MAX_URL_LENGTH;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    public boolean accepts(Event event) {
        return (room.isEmpty() || room.equals(event.key())) && filter.accepts(event.type());
    }
}
