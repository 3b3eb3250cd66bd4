// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.error;

import io.parley.api.error.ApiError;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Refusals outside Twirp: the status, and the message as plain text. */
@RestControllerAdvice
public class PlainErrors {
    @ExceptionHandler
    ResponseEntity<String> refuse(ApiError error) {
        return ResponseEntity.status(error.code().httpStatus())
                .contentType(MediaType.TEXT_PLAIN)
                .body(error.getMessage());
    }
}
