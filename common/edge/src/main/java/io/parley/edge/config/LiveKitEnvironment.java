// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

/**
 * Reads what livekit-server would: its flags, its environment variables, and its file ({@code --config}, {@code LIVEKIT_CONFIG}).
 * Of these the first wins, as there; our own keys on the command line and in the environment win over all three.
 */
final class LiveKitEnvironment implements EnvironmentPostProcessor, Ordered {
    /** Variables with names of their own; others are named after their keys. */
    private static final Map<String, String> VARIABLES = Map.of(
            "NODE_IP", "rtc.node_ip",
            "UDP_PORT", "rtc.udp_port",
            "REDIS_HOST", "redis.address",
            "REDIS_PASSWORD", "redis.password",
            "LIVEKIT_TURN_CERT", "turn.cert_file",
            "LIVEKIT_TURN_KEY", "turn.key_file");

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private static final String KEYS = "keys.";

    private final Log log;

    LiveKitEnvironment(DeferredLogFactory logs) {
        log = logs.getLog(LiveKitEnvironment.class);
    }

    /** Before the service's own file: the profile may be said in LiveKit's. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER - 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Set<String> ours = new TreeSet<>();
        application.getAllSources().stream()
                .filter(Class.class::isInstance)
                .forEach(source -> ours.addAll(PropertyKeys.ofService((Class<?>) source)));
        LiveKitOptions options = new LiveKitOptions(environment.getPropertySources());
        LiveKitTranslator translator = new LiveKitTranslator(given(environment.getSystemEnvironment(), options), ours);
        List<String> errors = new ArrayList<>(options.unknown(ours));
        errors.addAll(translator.errors());
        if (!errors.isEmpty()) {
            throw new SettingException(String.join("\n", errors));
        }
        translator.notices().forEach(log::warn);
        environment
                .getPropertySources()
                .addAfter(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new OriginTrackedMapPropertySource("livekit", translator.properties(), true));
    }

    static LiveKitSettings given(Map<String, Object> variables, LiveKitOptions options) {
        LiveKitSettings settings = new LiveKitSettings();
        String body = options.get("config-body");
        String file = options.get("config");
        if (body != null) {
            settings.putYaml("", body, "--config-body");
        } else if (variables.get("LIVEKIT_CONFIG") instanceof String text && !text.isEmpty()) {
            settings.putYaml("", text, "LIVEKIT_CONFIG");
        } else if (file != null) {
            settings.putFile("", Path.of(file));
        }
        LiveKitKeys.ALL.forEach(key -> putVariable(settings, variables, variable(key.name()), key.name()));
        VARIABLES.forEach((variable, name) -> putVariable(settings, variables, variable, name));
        putKeys(settings, (String) variables.get("LIVEKIT_KEYS"), "LIVEKIT_KEYS");
        options.forEachKey((key, option) -> settings.put(key, String.valueOf(options.get(option)), "--" + option));
        putKeys(settings, options.get("keys"), "--keys");
        String keyFile = settings.get("key_file");
        if (keyFile != null) {
            putKeyFile(settings, Path.of(keyFile));
        }
        return settings;
    }

    private static String variable(String name) {
        return "LIVEKIT_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    private static void putVariable(
            LiveKitSettings settings, Map<String, Object> variables, String variable, String name) {
        if (variables.get(variable) instanceof String value && !value.isEmpty()) {
            settings.put(name, value, variable);
        }
    }

    /** Lines of "key: secret", in place of other keys. */
    private static void putKeys(LiveKitSettings settings, @Nullable String lines, String place) {
        if (lines != null && !lines.isBlank()) {
            settings.removeAll(KEYS);
            settings.putYaml(KEYS, lines, place);
        }
    }

    private static void putKeyFile(LiveKitSettings settings, Path file) {
        try {
            if (!Collections.disjoint(Files.getPosixFilePermissions(file), OTHERS)) {
                throw new SettingException(file + " has secrets, and is open to everybody: chmod o-rwx " + file);
            }
        } catch (UnsupportedOperationException noPosix) {
            // the file system has no such permissions
        } catch (IOException e) {
            throw new SettingException("key_file " + file + " can't be read: " + e);
        }
        settings.removeAll(KEYS);
        settings.putFile(KEYS, file);
    }
}
