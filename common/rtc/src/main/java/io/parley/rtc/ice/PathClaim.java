// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.ice;

/** How good a peer's claim to the datagrams of a path is. */
public enum PathClaim {
    /** A candidate that the peer named: answers to our checks will come from there, if nobody else has it. */
    NAMED,
    /** A check of the peer that authenticates came from there just now; said anew with each. */
    PROVEN,
    /** Forgotten. */
    DROPPED
}
