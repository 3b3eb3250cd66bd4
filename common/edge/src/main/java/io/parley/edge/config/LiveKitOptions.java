// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/** The command line: livekit-server's flags beside Spring's options, and what is neither. */
public final class LiveKitOptions {
    /** Flags with names of their own; others are named after their keys. */
    private static final Map<String, String> FLAGS = Map.of(
            "bind", "bind_addresses[0]",
            "dev", "development",
            "key-file", "key_file",
            "node-ip", "rtc.node_ip",
            "udp-port", "rtc.udp_port",
            "redis-host", "redis.address",
            "redis-password", "redis.password",
            "turn-cert", "turn.cert_file",
            "turn-key", "turn.key_file");

    /** Flags whose values are YAML, or name a file of it. */
    private static final Set<String> DOCUMENTS = Set.of("config", "config-body", "keys");

    /** What else may begin an option: of ours and of Spring's. */
    private static final Set<String> ROOTS =
            Set.of("parley", "server", "management", "spring", "logging", "debug", "trace", "info", "training-run");

    private static final Set<String> USUAL = Set.of(
            "server.port",
            "server.address",
            "management.server.port",
            "management.server.address",
            "spring.profiles.active");

    private final @Nullable CommandLinePropertySource<?> source;

    LiveKitOptions(MutablePropertySources sources) {
        CommandLinePropertySource<?> found = null;
        for (PropertySource<?> each : sources) {
            if (each instanceof CommandLinePropertySource<?> options) {
                found = options;
            }
        }
        source = found;
    }

    /** As Spring reads options: {@code --config x} is {@code --config=x}. Where no value follows, the flag is true. */
    public static String[] joined(String... args) {
        List<String> joined = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            boolean isFlag = args[i].startsWith("--") && isFlag(args[i].substring(2));
            boolean hasValue = isFlag && i + 1 < args.length && !args[i + 1].startsWith("--");
            joined.add(hasValue ? args[i] + "=" + args[++i] : isFlag ? args[i] + "=true" : args[i]);
        }
        return joined.toArray(String[]::new);
    }

    @Nullable
    String get(String name) {
        return source != null && source.getProperty(name) instanceof String value && !value.isEmpty() ? value : null;
    }

    /** Those that set one key, with the key. */
    void forEachKey(BiConsumer<String, String> keyAndOption) {
        for (String option : names()) {
            if (isFlag(option) && !DOCUMENTS.contains(option)) {
                keyAndOption.accept(FLAGS.getOrDefault(option, option), option);
            }
        }
    }

    /** Spring would ignore them. @param ours the keys under "parley" that the service has */
    List<String> unknown(Set<String> ours) {
        Set<String> known = new TreeSet<>(ours);
        known.addAll(USUAL);
        known.addAll(DOCUMENTS);
        known.addAll(FLAGS.keySet());
        LiveKitKeys.ALL.forEach(key -> known.add(key.name()));
        List<String> errors = new ArrayList<>();
        for (String option : names()) {
            if (!isFlag(option) && !ROOTS.contains(option.replaceAll("[.\\[].*", ""))) {
                errors.add("unknown option --" + option + Nearest.suggestion(option, known));
            }
        }
        return errors;
    }

    private String[] names() {
        return source == null ? new String[0] : source.getPropertyNames();
    }

    /** Spring has a "logging.level", too, which is a map; it wins. */
    private static boolean isFlag(String option) {
        return DOCUMENTS.contains(option)
                || FLAGS.containsKey(option)
                || (!option.startsWith("logging.") && LiveKitKeys.find(option).isPresent());
    }
}
