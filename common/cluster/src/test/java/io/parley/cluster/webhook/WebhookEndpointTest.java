// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.event.EventType;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookEndpointTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://backend",
                "http://my_backend:3000/hook",
                "https://example.com/a?b=c&d=%20",
                "https://10.0.0.1:65535",
                "http://[fd00::1]:8080/"
            })
    void aUrlHasASchemeAndAHost(String url) {
        assertThat(WebhookEndpoint.isUrl(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "ftp://example.com",
                "http://",
                "http:///path",
                "http:example.com",
                "http://user@example.com",
                "http://user:password@example.com",
                "http://example.com:65536",
                "http://example.com:port",
                "http://a b",
                "http://exa%6Dple.com"
            })
    void whatElseThereIsIsNone(String url) {
        assertThat(WebhookEndpoint.isUrl(url)).isFalse();
    }

    @Test
    void includedWinsOverExcluded() {
        EventFilter both = new EventFilter(Set.of("room_started"), Set.of("room_started", "room_finished"));
        assertThat(both.accepts("room_started")).isTrue();
        assertThat(both.accepts("participant_joined")).isFalse();
        EventFilter excluding = new EventFilter(Set.of(), Set.of("room_started"));
        assertThat(excluding.accepts("room_started")).isFalse();
        assertThat(excluding.accepts("participant_joined")).isTrue();
    }

    @Test
    void whatLiveKitsReceiversDoNotKnowComesOnlyIfItIsIncluded() {
        String admitted = EventType.PARTICIPANT_ADMITTED.wireName();
        assertThat(EventFilter.ALL.accepts(admitted)).isFalse();
        assertThat(EventFilter.ALL.accepts("of a later version")).isFalse();
        assertThat(new EventFilter(Set.of(admitted), Set.of()).accepts(admitted))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "secret", "whsec_c2hvcnQ=", "whsec_!"})
    void aWeakSecretIsRefusedAndNotRepeated(String secret) {
        assertThatThrownBy(() -> new SigningSecret(secret, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("c2hvcnQ");
    }
}
