// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.sdp.SessionDescription;

/** A client's answer to our offer, parsed. @param id the number that our offer had; 0 from older clients */
public record Answer(SessionDescription sdp, int id) {}
