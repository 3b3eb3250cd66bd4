// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

/**
 * What was looked at, and how it is.
 *
 * @param text where it is not good, with what to do
 */
record Finding(Verdict verdict, String subject, String text) {
    enum Verdict {
        GOOD,
        /** It runs, and something will be worse than it could be. */
        POOR,
        /** It does not start, or nobody gets media. */
        BAD
    }

    static Finding good(String subject, String text) {
        return new Finding(Verdict.GOOD, subject, text);
    }

    static Finding poor(String subject, String text) {
        return new Finding(Verdict.POOR, subject, text);
    }

    static Finding bad(String subject, String text) {
        return new Finding(Verdict.BAD, subject, text);
    }
}
