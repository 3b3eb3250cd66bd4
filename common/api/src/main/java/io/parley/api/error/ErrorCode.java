// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.error;

/**
 * Kinds of refusal, with the code that Twirp names and the HTTP status of the signalling endpoint (LiveKit maps psrpc
 * codes the same way).
 */
public enum ErrorCode {
    INVALID_ARGUMENT("invalid_argument", 400),
    MALFORMED("malformed", 400),
    UNAUTHENTICATED("unauthenticated", 401),
    PERMISSION_DENIED("permission_denied", 403),
    NOT_FOUND("not_found", 404),
    BAD_ROUTE("bad_route", 404),
    ALREADY_EXISTS("already_exists", 409),
    FAILED_PRECONDITION("failed_precondition", 412),
    RESOURCE_EXHAUSTED("resource_exhausted", 429),
    INTERNAL("internal", 500),
    UNIMPLEMENTED("unimplemented", 501),
    CANCELED("canceled", 503),
    DEADLINE_EXCEEDED("deadline_exceeded", 503),
    UNAVAILABLE("unavailable", 503);

    private final String twirp;
    private final int httpStatus;

    ErrorCode(String twirp, int httpStatus) {
        this.twirp = twirp;
        this.httpStatus = httpStatus;
    }

    public String twirp() {
        return twirp;
    }

    public int httpStatus() {
        return httpStatus;
    }
}
