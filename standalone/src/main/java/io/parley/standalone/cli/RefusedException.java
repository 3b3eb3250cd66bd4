// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

/** What can't be done, in a sentence for the terminal. */
final class RefusedException extends RuntimeException {
    RefusedException(String message) {
        super(message);
    }
}
