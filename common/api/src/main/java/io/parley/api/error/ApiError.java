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
    private final String argument;

    /** That is larger than it may be, or "". */
    private final String field;

    public ApiError(ErrorCode code, String message, Fault fault) {
        this(code, message, fault, "", "");
    }

    /** For whoever passes one on: what its parts were. */
    public ApiError(ErrorCode code, String message, Fault fault, String argument, String field) {
        super(message, null, false, false);
        this.code = code;
        this.fault = fault;
        this.argument = argument;
        this.field = field;
    }

    public static ApiError ofCaller(ErrorCode code, String message) {
        return new ApiError(code, message, Fault.CALLER);
    }

    /** INVALID_ARGUMENT naming the argument, as Twirp's libraries do. @param problem follows the argument in the message */
    public static ApiError ofArgument(String argument, String problem) {
        return new ApiError(ErrorCode.INVALID_ARGUMENT, argument + " " + problem, Fault.CALLER, argument, "");
    }

    /** INVALID_ARGUMENT in the words that LiveKit has for what is too large. @param limit follows them in the message */
    public static ApiError ofLimit(String field, String words, Object limit) {
        return new ApiError(ErrorCode.INVALID_ARGUMENT, words + " " + limit, Fault.CALLER, words, field);
    }

    /** The same for those who know fields, and not LiveKit's words. */
    public ApiError byField() {
        return field.isEmpty()
                ? this
                : ofArgument(
                        field,
                        "exceeds the limit of " + String.valueOf(getMessage()).substring(argument.length() + 1));
    }

    /** What is larger than it may be, or "". */
    public String field() {
        return field;
    }

    /** The argument that was wrong, or "". */
    public String argument() {
        return argument;
    }

    public ErrorCode code() {
        return code;
    }

    public Fault fault() {
        return fault;
    }
}
