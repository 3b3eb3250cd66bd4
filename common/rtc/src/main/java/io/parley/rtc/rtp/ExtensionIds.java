// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.rtp;

import java.util.Map;

/** The identifiers that one session agreed on for header extensions; 0 where an extension is not in use. */
public final class ExtensionIds {
    public static final ExtensionIds NONE = new ExtensionIds(Map.of());

    private final int[] ids = new int[HeaderExtension.values().length];

    /** @param agreed identifiers 1..14 (one-byte elements) or up to 255 (two-byte) */
    public ExtensionIds(Map<HeaderExtension, Integer> agreed) {
        agreed.forEach((extension, id) -> ids[extension.ordinal()] = id);
    }

    public int of(HeaderExtension extension) {
        return ids[extension.ordinal()];
    }
}
