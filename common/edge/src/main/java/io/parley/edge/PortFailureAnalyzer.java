// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A port that can't be had, of those that Spring knows nothing of: the sentence of whoever wanted it. */
final class PortFailureAnalyzer extends AbstractFailureAnalyzer<IOException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IOException cause) {
        for (Throwable link = rootFailure; link != null; link = link.getCause()) {
            String message = link.getMessage();
            if (message != null && message.startsWith("can't bind")) {
                return new FailureAnalysis(
                        message,
                        "Stop what has the port, or choose another one: the service's reference configuration explains every"
                                + " key (docs/services.md).",
                        cause);
            }
        }
        return null;
    }
}
