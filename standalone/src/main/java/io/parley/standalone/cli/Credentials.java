// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import io.parley.api.token.Grants;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The API key that signs: as options, as lk's variables, or that of development mode. */
final class Credentials {
    @Option(
            names = {"--api-key", "--key"},
            paramLabel = "KEY",
            defaultValue = "${env:LIVEKIT_API_KEY}",
            description = "the API key; by default LIVEKIT_API_KEY, or devkey")
    private @Nullable String key;

    @Option(
            names = {"--api-secret", "--secret"},
            paramLabel = "SECRET",
            defaultValue = "${env:LIVEKIT_API_SECRET}",
            description = "its secret; by default LIVEKIT_API_SECRET, or that of devkey")
    private @Nullable String secret;

    String key() {
        return keys().first().getKey();
    }

    String token(Grants grants, Duration lifetime) {
        return AccessTokens.mint(keys(), grants, Instant.now(), lifetime);
    }

    private ApiKeys keys() {
        if (isGiven(key) != isGiven(secret)) {
            throw new RefusedException(
                    "an API key needs its secret: give both --api-key and --api-secret (LIVEKIT_API_KEY, LIVEKIT_API_SECRET)");
        }
        return ApiKeys.of(isGiven(key) ? Map.of(String.valueOf(key), String.valueOf(secret)) : Map.of(), true);
    }

    private static boolean isGiven(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
