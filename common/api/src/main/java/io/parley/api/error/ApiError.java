// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.error;

/** A request that we refuse; the message is for the caller. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whose doing it is: decides whether anyone of ours needs to look. */
    public enum Fault {
        CALLER,
        DESTINATION,
        US
    }

    private final ErrorCode code;
    private final Fault fault;

    public ApiError(ErrorCode code, String message, Fault fault) {
        super(message, null, false, false);
        this.code = code;
        this.fault = fault;
    }

    public static ApiError ofCaller(ErrorCode code, String message) {
        return new ApiError(code, message, Fault.CALLER);
    }

    public ErrorCode code() {
        return code;
    }

    public Fault fault() {
        return fault;
    }
}
