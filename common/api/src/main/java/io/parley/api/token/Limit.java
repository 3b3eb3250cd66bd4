// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

/**
 * How large something may be, and the setting that says so: whoever is refused is told both.
 *
 * @param setting its whole key
 * @param max 0 for no limit
 */
public record Limit(String setting, int max) {
    public boolean isExceededBy(int size) {
        return max > 0 && size > max;
    }

    public boolean isExceededBy(String text) {
        return isExceededBy(ParticipantLimits.sizeOf(text));
    }

    @Override
    public String toString() {
        return max + " (" + setting + ")";
    }
}
