// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.sdp.SessionDescription;

/** A client's offer, parsed. @param id the client's number for it, which the answer repeats */
public record Offer(SessionDescription sdp, int id) {}
