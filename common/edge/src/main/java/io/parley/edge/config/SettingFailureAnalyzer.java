// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** A setting that no service can start with: the sentence that says so, instead of a stack of beans. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {
    static final String ACTION = "docs/configuration.md explains every key.";

    private static final Pattern KEY = Pattern.compile("parley(?:\\.[a-z0-9-]+)+");

    private final @Nullable Environment environment;

    /** @param environment null if that is what could not be made */
    SettingFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalArgumentException cause) {
        IllegalArgumentException setting = deepest(cause);
        String message = setting.getMessage();
        return message == null
                        || !(setting instanceof SettingException
                                || KEY.matcher(message).find())
                ? null
                : new FailureAnalysis(withPlace(message), ACTION, setting);
    }

    /** The key may have been set by one of livekit-server's, or in any of several files. */
    private String withPlace(String message) {
        Matcher key = KEY.matcher(message);
        Origin origin = environment != null && key.find() ? origin(environment, key.group()) : null;
        return origin == null
                ? message
                : new StringBuilder(message)
                        .insert(key.end(), BindingFailureAnalyzer.place(origin))
                        .toString();
    }

    private static @Nullable Origin origin(Environment environment, String key) {
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(ConfigurationPropertyName.of(key));
            if (property != null) {
                return property.getOrigin();
            }
        }
        return null;
    }

    /** A record's constructor that refuses a value is called by others that say that it did. */
    private static IllegalArgumentException deepest(IllegalArgumentException top) {
        IllegalArgumentException deepest = top;
        for (Throwable cause = top.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException inner) {
                deepest = inner;
            }
        }
        return deepest;
    }
}
