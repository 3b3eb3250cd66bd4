// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A setting that no service can start with: the sentence that says so, instead of a stack of beans. */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<IllegalArgumentException> {
    private static final String KEYS = "parley.";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalArgumentException cause) {
        String message = cause.getMessage();
        return message == null || !message.contains(KEYS)
                ? null
                : new FailureAnalysis(
                        message, "The service's reference configuration explains every key (docs/services.md).", cause);
    }
}
