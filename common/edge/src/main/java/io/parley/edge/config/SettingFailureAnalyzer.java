// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** A setting that no service can start with: the sentence that says so, instead of a stack of beans. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {
    static final String ACTION = "docs/configuration.md explains every key.";

    private static final String KEYS = "parley.";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalArgumentException cause) {
        IllegalArgumentException setting = deepest(cause);
        String message = setting.getMessage();
        return message == null || !(setting instanceof SettingException || message.contains(KEYS))
                ? null
                : new FailureAnalysis(message, ACTION, setting);
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
