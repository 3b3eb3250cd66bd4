// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

/** A description that we can't work with; the message names the line. */
public final class SdpException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public SdpException(String message) {
        super(message);
    }
}
