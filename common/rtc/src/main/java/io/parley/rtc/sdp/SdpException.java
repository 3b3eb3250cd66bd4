// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

/** A description that we can't work with; the message names the line. */
public final class SdpException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int MAX_QUOTED_CHARS = 100;

    public SdpException(String message) {
        super(message);
    }

    /** @param line where the problem is, of which the message shows the beginning */
    SdpException(String problem, String line) {
        super(problem + " in: " + line.substring(0, Math.min(line.length(), MAX_QUOTED_CHARS)));
    }
}
