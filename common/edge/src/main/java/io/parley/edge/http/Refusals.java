// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why a call of an API failed, in the terms of every API. */
public final class Refusals {
    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    /** What a stage failed with, without what the stage put around it. */
    public static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    /** What there is to say of a failure; one that is no refusal is a bug, which only the log hears of. */
    public static ApiError of(Throwable cause) {
        return switch (cause) {
            case ApiError error -> error;
            case TimeoutException late -> ApiError.ofCaller(ErrorCode.DEADLINE_EXCEEDED, "the request took too long");
            case Throwable gone
            when DroppedErrors.isOfClient(gone) -> ApiError.ofCaller(ErrorCode.MALFORMED, "the request ended early");
            default -> {
                log.atError().setCause(cause).log("a call failed");
                yield ApiError.ofCaller(ErrorCode.INTERNAL, "internal error");
            }
        };
    }
}
