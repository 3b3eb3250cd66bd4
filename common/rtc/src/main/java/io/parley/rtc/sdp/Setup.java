// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.Locale;

/** a=setup (RFC 4145 s.4, RFC 5763 s.5). */
public enum Setup {
    ACTPASS,
    ACTIVE,
    PASSIVE;

    public String sdpName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
