// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** The keys of our own that there are: the components of the records that they are bound to. */
public final class PropertyKeys {
    public static final String PREFIX = "parley";

    private PropertyKeys() {}

    /** @param wiring that enables the service's properties; keys of other classes are none */
    static Set<String> ofService(Class<?> wiring) {
        Set<String> keys = new TreeSet<>();
        EnableConfigurationProperties enabled = wiring.getAnnotation(EnableConfigurationProperties.class);
        if (enabled != null) {
            Arrays.stream(enabled.value()).forEach(type -> keys.addAll(of(PREFIX, type)));
        }
        return keys;
    }

    /** @return such as "parley.rtc.udp-port"; a list or a map is one key */
    public static Set<String> of(String prefix, Class<?> type) {
        Set<String> keys = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            keys.addAll(component.getType().isRecord() ? of(name, component.getType()) : Set.of(name));
        }
        return keys;
    }

    private static String kebab(String camel) {
        StringBuilder kebab = new StringBuilder();
        camel.chars().forEach(c -> {
            if (Character.isUpperCase(c)) {
                kebab.append('-');
            }
            kebab.append((char) Character.toLowerCase(c));
        });
        return kebab.toString();
    }

    /** Of the whole list or map, for what is in one. */
    static boolean isIn(Set<String> keys, String property) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
        return keys.stream()
                .map(ConfigurationPropertyName::of)
                .anyMatch(key -> key.equals(name) || key.isAncestorOf(name));
    }
}
