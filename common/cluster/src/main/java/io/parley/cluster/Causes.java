// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import java.util.concurrent.CompletionException;

/** What stages failed with: those that depend on others wrap it, or not, by when they were asked. */
public final class Causes {
    private Causes() {}

    public static Throwable of(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
