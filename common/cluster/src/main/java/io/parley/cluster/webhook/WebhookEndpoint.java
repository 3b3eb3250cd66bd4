// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import io.parley.api.event.Event;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where webhooks go.
 *
 * @param id "WE_" and more; of a configured one the same wherever it is configured
 * @param apiKey whose secret signs the JWT, and whose tokens may see it
 * @param room only events with this key; "" for all
 * @param secrets of Standard Webhooks' signature; without any the API key's secret is the key
 * @param origin where it is from, and so when it goes
 * @param createdAtMs milliseconds since 1970; of one that was made with a room, when that was made, by its node's clock
 */
public record WebhookEndpoint(
        String id,
        String url,
        String apiKey,
        String room,
        EventFilter filter,
        List<SigningSecret> secrets,
        Origin origin,
        long createdAtMs) {
    public enum Origin {
        /** Goes with the configuration. */
        CONFIGURATION,
        /** Goes when the API says so. */
        API,
        /** Made with its room; goes when this is over and it was told everything. */
        ROOM
    }

    private static final int MAX_URL_LENGTH = 2_048;
    private static final int MAX_PORT = 65_535;

    /** A name or an address, and a port. */
    private static final Pattern AUTHORITY = Pattern.compile("(?:[\\w.-]+|\\[[0-9a-fA-F:.]+])(?::(\\d{1,5}))?");

    public WebhookEndpoint {
        secrets = List.copyOf(secrets);
    }

    /**
     * Whether it can be one's: http or https, a host, no user, which the signature would leave no room for. A host may have
     * underscores, as those of containers do.
     */
    public static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return text.length() <= MAX_URL_LENGTH
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getRawAuthority() != null
                    && isAuthority(uri.getRawAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isAuthority(String text) {
        Matcher authority = AUTHORITY.matcher(text);
        return authority.matches() && (authority.group(1) == null || Integer.parseInt(authority.group(1)) <= MAX_PORT);
    }

    public WebhookEndpoint createdAt(long ms) {
        return new WebhookEndpoint(id, url, apiKey, room, filter, secrets, origin, ms);
    }

    public boolean isConfigured() {
        return origin == Origin.CONFIGURATION;
    }

    public boolean accepts(Event event) {
        return (room.isEmpty() || room.equals(event.key())) && filter.accepts(event.type());
    }
}
