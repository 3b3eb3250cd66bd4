// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of up to three numbers, of which those that are not written are 0; one that is none is before all others. */
public record SdkVersion(int major, int minor, int patch) implements Comparable<SdkVersion> {
    /** What follows the numbers, such as "-beta.1", is of no concern here. */
    private static final Pattern NUMBERS = Pattern.compile("v?(\\d{1,9})(?:\\.(\\d{1,9}))?(?:\\.(\\d{1,9}))?");

    public static SdkVersion of(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.lookingAt()
                ? new SdkVersion(number(numbers, 1), number(numbers, 2), number(numbers, 3))
                : new SdkVersion(-1, 0, 0);
    }

    private static int number(Matcher numbers, int group) {
        String digits = numbers.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    @Override
    public int compareTo(SdkVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = Integer.compare(minor, other.minor);
        return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }
}
