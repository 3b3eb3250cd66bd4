// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param development allows short secrets and prints them
 * @param keys secrets by API key
 * @param departureTimeoutS seconds that a room outlives its last participant
 */
@ConfigurationProperties("parley")
public record ParleyProperties(
        @DefaultValue("false") boolean development,
        @DefaultValue Map<String, String> keys,
        @DefaultValue("20") int departureTimeoutS,
        @DefaultValue("") String region) {
    @Override
    public String toString() {
        return "ParleyProperties[keys=" + keys.keySet() + "]"; // never the secrets
    }
}
