// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.Causes;
import io.parley.cluster.LogThrottle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refusals on the wire: the error's code and fault go in trailers, so that they come out as they went in. */
final class Statuses {
    private static final Metadata.Key<String> CODE =
            Metadata.Key.of("parley-error-code", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> FAULT =
            Metadata.Key.of("parley-error-fault", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> ARGUMENT =
            Metadata.Key.of("parley-error-argument", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> FIELD =
            Metadata.Key.of("parley-error-field", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger log = LoggerFactory.getLogger(Statuses.class);
    private static final LogThrottle bugs = new LogThrottle();

    private Statuses() {}

    /** What is no refusal is a bug here or a command that took too long: the caller learns that, the log the rest. */
    static StatusRuntimeException of(Throwable error) {
        Throwable cause = Causes.of(error);
        if (!(cause instanceof ApiError refusal)) {
            if (bugs.tryPass()) {
                log.atError().setCause(cause).log("a call of another service failed unexpectedly");
            }
            return Status.INTERNAL.withDescription("the node failed").asRuntimeException();
        }
        return Status.ABORTED.withDescription(refusal.getMessage()).asRuntimeException(trailers(refusal));
    }

    static Metadata trailers(ApiError refusal) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, refusal.code().name());
        trailers.put(FAULT, refusal.fault().name());
        trailers.put(ARGUMENT, refusal.argument());
        trailers.put(FIELD, refusal.field());
        return trailers;
    }

    /** Whether the node itself refused; else the call did not reach it, or its answer did not reach us. */
    static boolean isRefusal(Throwable error) {
        Metadata trailers = Status.trailersFromThrowable(error);
        return trailers != null && trailers.containsKey(CODE);
    }

    static ApiError error(Throwable error) {
        Status status = Status.fromThrowable(error);
        String description = status.getDescription() == null ? "" : status.getDescription();
        Metadata trailers = Status.trailersFromThrowable(error);
        if (trailers != null && trailers.containsKey(CODE)) {
            return new ApiError(
                    code(trailers), description, fault(trailers), text(trailers, ARGUMENT), text(trailers, FIELD));
        }
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED ->
                new ApiError(ErrorCode.DEADLINE_EXCEEDED, "the node did not answer in time", ApiError.Fault.US);
            case UNAVAILABLE, CANCELLED ->
                new ApiError(ErrorCode.UNAVAILABLE, "the node can't be reached", ApiError.Fault.US);
            default -> new ApiError(ErrorCode.INTERNAL, description, ApiError.Fault.US);
        };
    }

    /** A code that only a later version knows is an internal error here. */
    private static ErrorCode code(Metadata trailers) {
        try {
            return ErrorCode.valueOf(String.valueOf(trailers.get(CODE)));
        } catch (IllegalArgumentException e) {
            return ErrorCode.INTERNAL;
        }
    }

    private static String text(Metadata trailers, Metadata.Key<String> key) {
        String text = trailers.get(key);
        return text == null ? "" : text;
    }

    private static ApiError.Fault fault(Metadata trailers) {
        try {
            return ApiError.Fault.valueOf(String.valueOf(trailers.get(FAULT)));
        } catch (IllegalArgumentException e) {
            return ApiError.Fault.US;
        }
    }
}
