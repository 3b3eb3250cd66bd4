// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Spring ignores keys that it does not know: a limit on request bodies had no effect, under the name
 * that it had in another version.
 */
class ReferenceKeysTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Keys below these are names of our own, or belong to our test of services' properties. */
    private static final Predicate<String> FREE = key -> key.startsWith("parley.")
            || key.startsWith("logging.level.")
            || key.contains(".health.group.")
            || key.contains(".path-mapping.");

    @ParameterizedTest
    @ValueSource(
            strings = {"edge.yaml", "standalone.yaml", "room-service.yaml", "sfu-node.yaml", "webhook-dispatcher.yaml"})
    void everyKeyIsOneThatSpringKnows(String file) throws IOException {
        Set<String> keys = new TreeSet<>();
        for (PropertySource<?> document : new YamlPropertySourceLoader().load(file, new ClassPathResource(file))) {
            for (String name : ((EnumerablePropertySource<?>) document).getPropertyNames()) {
                keys.add(name.replaceAll("\\[\\d+]$", ""));
            }
        }
        assertThat(keys.stream().filter(FREE.negate())).isSubsetOf(known());
    }

    private static Set<String> known() throws IOException {
        Set<String> known = new TreeSet<>();
        for (URL url : Collections.list(
                ReferenceKeysTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = url.openStream()) {
                known.addAll(JSON.readTree(in)
                        .path("properties")
                        .valueStream()
                        .filter(property -> !property.has("deprecation")
                                && !property.path("deprecated").asBoolean(false))
                        .map((JsonNode property) -> property.get("name").asString())
                        .collect(Collectors.toSet()));
            }
        }
        return known;
    }
}
