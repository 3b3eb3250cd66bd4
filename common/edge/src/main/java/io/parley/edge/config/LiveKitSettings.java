// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/** What livekit-server was told, by its names ("rtc.udp_port", "bind_addresses[0]"). A value that comes later wins. */
final class LiveKitSettings {
    /** @param place of the value, for whoever looks for it: "livekit.yaml:12", "LIVEKIT_KEYS" */
    record Given(String value, String place) {}

    private final Map<String, Given> values = new LinkedHashMap<>();

    void put(String name, String value, String place) {
        values.put(name, new Given(value, place));
    }

    /** Of a section, or of a map that comes as a whole. */
    void removeAll(String prefix) {
        values.keySet().removeIf(name -> name.startsWith(prefix));
    }

    void forEach(BiConsumer<String, Given> action) {
        new LinkedHashMap<>(values).forEach(action);
    }

    @Nullable
    String get(String name) {
        Given given = values.get(name);
        return given == null || given.value().isEmpty() ? null : given.value();
    }

    boolean isTrue(String name) {
        return "true".equals(get(name));
    }

    List<String> list(String name) {
        List<String> list = new ArrayList<>();
        for (String value = get(name + "[0]"); value != null; value = get(name + "[" + list.size() + "]")) {
            list.add(value);
        }
        return list;
    }

    /**
     * @param prefix of all names that are in it, such as "keys."
     * @throws SettingException if it can't be read, or is no YAML
     */
    void putFile(String prefix, Path file) {
        try {
            putYaml(prefix, Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new SettingException(file + " can't be read: " + e);
        }
    }

    /** The first document of a text; livekit-server reads no other, too. @throws SettingException if it is no YAML */
    void putYaml(String prefix, String yaml, String place) {
        List<PropertySource<?>> documents;
        try {
            Resource resource = new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8));
            documents = new YamlPropertySourceLoader().load(place, resource);
        } catch (IOException | RuntimeException e) {
            throw new SettingException(place + " is no YAML: " + e.getMessage());
        }
        if (documents.isEmpty()) {
            return;
        }
        EnumerablePropertySource<?> first = (EnumerablePropertySource<?>) documents.getFirst();
        for (String name : first.getPropertyNames()) {
            put(prefix + name, String.valueOf(first.getProperty(name)), place + line(first, name));
        }
    }

    private static String line(PropertySource<?> source, String name) {
        return OriginLookup.getOrigin(source, name) instanceof TextResourceOrigin origin && origin.getLocation() != null
                ? ":" + (origin.getLocation().getLine() + 1)
                : "";
    }
}
