// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keys of ours that nobody knows, with the nearest that somebody does; values of a wrong kind, with what is allowed. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class BindingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {
    private static final Map<Class<?>, String> KINDS = Map.of(
            int.class, "a whole number",
            double.class, "a number",
            boolean.class, "true or false",
            Duration.class, "a time with its unit, such as 500ms, 30s or 5m",
            InetAddress.class, "an IP address");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!cause.getName().toString().startsWith(PropertyKeys.PREFIX)) {
            return null;
        }
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        if (cause.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
            return unknown(unbound, PropertyKeys.of(cause.getName().toString(), type));
        }
        ConfigurationProperty property = cause.getProperty();
        String kind = type.isEnum() ? oneOf(type) : KINDS.get(elementType(cause, type));
        return property == null || kind == null
                ? null
                : new FailureAnalysis(
                        "%s is \"%s\"%s: it may be %s"
                                .formatted(property.getName(), property.getValue(), place(property.getOrigin()), kind),
                        SettingFailureAnalyzer.ACTION,
                        cause);
    }

    private static FailureAnalysis unknown(UnboundConfigurationPropertiesException unbound, Set<String> known) {
        String text = unbound.getUnboundProperties().stream()
                .map(property -> "unknown key " + property.getName() + place(property.getOrigin())
                        + Nearest.suggestion(property.getName().toString(), known))
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(text, SettingFailureAnalyzer.ACTION, unbound);
    }

    private static Class<?> elementType(BindException cause, Class<?> type) {
        return Collection.class.isAssignableFrom(type)
                ? cause.getTarget().getType().asCollection().resolveGeneric(0) instanceof Class<?> element
                        ? element
                        : type
                : type;
    }

    private static String oneOf(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    /** For a sentence; "" where nobody knows. */
    static String place(@Nullable Origin origin) {
        return origin == null ? "" : " (" + origin + ")";
    }
}
