// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

/** a=rid (RFC 8851): an RTP stream of a section by name. @param send direction as written */
public record Rid(String id, boolean send, String restrictions) {}
