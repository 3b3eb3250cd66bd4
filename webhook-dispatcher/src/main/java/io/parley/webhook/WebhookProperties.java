// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.SigningSecret;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.edge.config.Allowed;
import io.parley.edge.http.Networks;
import io.parley.edge.security.ApiKeys;
import io.parley.webhook.send.DeliverySettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where webhooks go, and how long they are tried ({@code parley.webhook}).
 *
 * @param endpoints those of the configuration
 * @param fullRoom whether events of tracks have the whole room
 * @param retryFor how long a delivery is tried
 * @param switchOffAfter how long an endpoint may fail
 * @param requestTimeout of one request
 * @param maxRequests under way at a time
 * @param maxRequestsOfEndpoint the same of one endpoint
 * @param allowedNetworks that endpoints of the API may be in, beside the public internet
 */
public record WebhookProperties(
        @DefaultValue List<Endpoint> endpoints,
        @DefaultValue("false") boolean fullRoom,
        @DefaultValue("72h") Duration retryFor,
        @DefaultValue("120h") Duration switchOffAfter,
        @DefaultValue("10s") Duration requestTimeout,
        @DefaultValue("1000") int maxRequests,
        @DefaultValue("32") int maxRequestsOfEndpoint,
        @DefaultValue List<String> allowedNetworks) {
    private static final int ID_LENGTH = 14;

    public WebhookProperties {
        Allowed.time("parley.webhook.retry-for", retryFor, Duration.ofSeconds(1));
        Allowed.time("parley.webhook.switch-off-after", switchOffAfter, Duration.ofMinutes(1));
        Allowed.time("parley.webhook.request-timeout", requestTimeout, Duration.ofSeconds(1));
        Allowed.range("parley.webhook.max-requests", maxRequests, 1, 10_000);
        Allowed.range("parley.webhook.max-requests-of-endpoint", maxRequestsOfEndpoint, 1, 10_000);
        Networks.of("parley.webhook.allowed-networks", allowedNetworks);
    }

    /**
     * @param apiKey whose secret signs; "" where there is only one key
     * @param includeEvents only these, unless empty
     * @param excludeEvents none of these, where none is included
     * @param secrets of Standard Webhooks' signature; each signs
     */
    public record Endpoint(
            @DefaultValue("") String url,
            @DefaultValue("") String apiKey,
            @DefaultValue Set<String> includeEvents,
            @DefaultValue Set<String> excludeEvents,
            @DefaultValue List<String> secrets) {
        @Override
        public String toString() {
            return "Endpoint[" + apiKey + "]"; // never the secrets, and a URL may have one
        }
    }

    DeliverySettings settings() {
        return new DeliverySettings(retryFor, switchOffAfter, requestTimeout, maxRequests, maxRequestsOfEndpoint);
    }

    Networks networks() {
        return Networks.of("parley.webhook.allowed-networks", allowedNetworks);
    }

    /** @throws IllegalArgumentException naming a setting that can't be */
    Collection<WebhookEndpoint> configured(ApiKeys keys) {
        Map<String, WebhookEndpoint> configured = new LinkedHashMap<>();
        for (int i = 0; i < endpoints.size(); i++) {
            String prefix = "parley.webhook.endpoints[" + i + "].";
            WebhookEndpoint endpoint = configured(prefix, endpoints.get(i), keys);
            if (configured.put(endpoint.id(), endpoint) != null) {
                throw new IllegalArgumentException(prefix + "url is an earlier endpoint's, with the same API key "
                        + endpoint.apiKey() + ": make one of both, with the events of both");
            }
        }
        return configured.values();
    }

    private static WebhookEndpoint configured(String prefix, Endpoint endpoint, ApiKeys keys) {
        if (!WebhookEndpoint.isUrl(endpoint.url())) {
            throw new IllegalArgumentException(prefix + "url may be http:// or https:// with a host, and no user");
        }
        if (endpoint.apiKey().isEmpty() && keys.names().size() > 1) {
            throw new IllegalArgumentException(
                    prefix + "api-key is not set, and parley.keys has several: " + String.join(", ", keys.names()));
        }
        String apiKey = endpoint.apiKey().isEmpty() ? keys.first().getKey() : endpoint.apiKey();
        if (!keys.isKnown(apiKey)) {
            throw new IllegalArgumentException(prefix + "api-key is " + apiKey + ", which parley.keys does not have");
        }
        return new WebhookEndpoint(
                id(apiKey + " " + endpoint.url()),
                endpoint.url(),
                apiKey,
                "",
                new EventFilter(endpoint.includeEvents(), endpoint.excludeEvents()),
                endpoint.secrets().stream()
                        .map(secret -> secret(prefix, secret))
                        .toList(),
                WebhookEndpoint.Origin.CONFIGURATION,
                0);
    }

    private static SigningSecret secret(String prefix, String text) {
        try {
            return new SigningSecret(text, 0);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(prefix + "secrets: " + e.getMessage());
        }
    }

    private static String id(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return "WE_"
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(digest)
                            .replaceAll("[-_]", "x")
                            .substring(0, ID_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "WebhookProperties" + endpoints;
    }
}
