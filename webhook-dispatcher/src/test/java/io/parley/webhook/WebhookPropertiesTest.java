// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.edge.security.ApiKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WebhookPropertiesTest {
    private static final String SECRET = "a-secret-of-thirty-two-characters-or-more";
    private static final ApiKeys ONE = new ApiKeys(Map.of("APIone", SECRET));
    private static final ApiKeys TWO = new ApiKeys(new LinkedHashMap<>(Map.of("APIone", SECRET, "APItwo", SECRET)));

    private static Collection<WebhookEndpoint> configured(ApiKeys keys, WebhookProperties.Endpoint... endpoints) {
        return new WebhookProperties(
                        List.of(endpoints),
                        false,
                        Duration.ofHours(1),
                        Duration.ofHours(5),
                        Duration.ofSeconds(2),
                        100,
                        10,
                        List.of())
                .configured(keys);
    }

    private static WebhookProperties.Endpoint endpoint(String apiKey, String url, String... include) {
        return new WebhookProperties.Endpoint(url, apiKey, Set.of(include), Set.of(), List.of());
    }

    @Test
    void theOnlyKeyNeedNotBeNamed() {
        assertThat(configured(ONE, endpoint("", "https://a")))
                .extracting(WebhookEndpoint::apiKey)
                .containsExactly("APIone");
    }

    /** The first signed, and a receiver that has the other's secret refused every event. */
    @Test
    void ofSeveralKeysOneIsNamed() {
        assertThatThrownBy(() -> configured(TWO, endpoint("APIone", "https://a"), endpoint("", "https://b")))
                .hasMessageContaining("parley.webhook.endpoints[1].api-key is not set")
                .hasMessageContaining("APIone")
                .hasMessageContaining("APItwo");
    }

    /** The later one took the earlier one's place, and the events that only this included were told to nobody. */
    @Test
    void aUrlIsThereOnceForAKey() {
        assertThatThrownBy(() -> configured(
                        ONE,
                        endpoint("APIone", "https://a?secret", "room_started"),
                        endpoint("", "https://a?secret", "room_finished")))
                .hasMessageContaining("parley.webhook.endpoints[1].url")
                .hasMessageContaining("APIone")
                .hasMessageNotContaining("secret");
        assertThat(configured(TWO, endpoint("APIone", "https://a"), endpoint("APItwo", "https://a")))
                .hasSize(2);
    }
}
