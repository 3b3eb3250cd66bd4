// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.edge.http.Refusals;
import java.nio.charset.StandardCharsets;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ContentTooLargeException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What went wrong, as a Twirp error: a JSON object with code, message and maybe the argument that was wrong. */
final class TwirpErrors {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int REQUEST_TIMEOUT = 408;
    private static final int CONTENT_TOO_LARGE = 413;

    private TwirpErrors() {}

    static ResponseEntity<byte[]> respond(Throwable thrown) {
        Throwable cause = Refusals.cause(thrown);
        if (cause instanceof ContentTooLargeException) {
            return respond(CONTENT_TOO_LARGE, ErrorCode.MALFORMED, "the request is too large", "");
        }
        ApiError refusal = Refusals.of(cause);
        return respond(refusal.code(), String.valueOf(refusal.getMessage()), refusal.argument());
    }

    private static ResponseEntity<byte[]> respond(ErrorCode code, String message, String argument) {
        // The statuses in which Twirp differs from our signalling.
        boolean isTimeout = code == ErrorCode.DEADLINE_EXCEEDED || code == ErrorCode.CANCELED;
        int status = isTimeout ? REQUEST_TIMEOUT : code.httpStatus();
        return respond(status, code, message, argument);
    }

    private static ResponseEntity<byte[]> respond(int status, ErrorCode code, String message, String argument) {
        ObjectNode body = JSON.createObjectNode().put("code", code.twirp()).put("msg", message);
        if (!argument.isEmpty()) {
            body.putObject("meta").put("argument", argument);
        }
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8));
    }
}
