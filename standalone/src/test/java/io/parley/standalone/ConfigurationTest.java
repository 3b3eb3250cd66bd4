// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.edge.security.ApiKeys;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;

/** application.yaml is the reference: every key, and the default that holds without it. */
class ConfigurationTest {
    @Test
    void theReferenceListsEveryKeyAndNoOther() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String name : reference().getPropertyNames()) {
            if (name.startsWith("parley.")) {
                listed.add(name);
            }
        }
        assertThat(listed).isEqualTo(keys("parley", ParleyProperties.class));
    }

    @Test
    void theReferenceShowsTheDefaults() throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(reference());
        ParleyProperties shown =
                new Binder(ConfigurationPropertySources.from(sources)).bindOrCreate("parley", ParleyProperties.class);
        ParleyProperties defaults = new Binder().bindOrCreate("parley", ParleyProperties.class);
        assertThat(shown).isEqualTo(defaults);
    }

    @Test
    void anUnknownKeyStopsTheStart() {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley.rtc.udp-prot=1"))
                .rootCause()
                .hasMessageContaining("parley.rtc.udp-prot");
    }

    @Test
    void aWeakSecretStopsTheStartAndSaysWhatToDo() {
        assertThatThrownBy(() -> start("--parley.keys.mykey=short"))
                .rootCause()
                .hasMessageContaining("parley.keys.mykey")
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("short:");
        assertThatThrownBy(() -> ApiKeys.strong(Map.of())).hasMessageContaining("parley.keys is empty");
    }

    private static void start(String... args) {
        SpringApplication application = new SpringApplication(StandaloneWiring.class);
        application.setLogStartupInfo(false);
        application.run(args).close();
    }

    private static EnumerablePropertySource<?> reference() throws IOException {
        return (EnumerablePropertySource<?>) new YamlPropertySourceLoader()
                .load("reference", new ClassPathResource("application.yaml"))
                .getFirst();
    }

    private static Set<String> keys(String prefix, Class<?> type) {
        Set<String> keys = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String kebab = component
                    .getName()
                    .chars()
                    .mapToObj(c -> Character.isUpperCase(c) ? "-" + (char) Character.toLowerCase(c) : "" + (char) c)
                    .collect(Collectors.joining());
            String name = prefix + "." + kebab;
            keys.addAll(component.getType().isRecord() ? keys(name, component.getType()) : Set.of(name));
        }
        return keys;
    }
}
