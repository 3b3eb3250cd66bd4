// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

/** The pair of times in a sender report: filled by whoever knows the stream's clock. */
public final class SenderClock {
    public long ntp;
    public int rtpTime;
}
