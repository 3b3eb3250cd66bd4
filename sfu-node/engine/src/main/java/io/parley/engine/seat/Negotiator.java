// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

/** How a seat gets its subscriptions into the descriptions of its peer connection. */
interface Negotiator {
    /** Subscriptions changed: sections are needed, or free again. */
    void negotiate(long nowNs);

    /** Whether the client has yet to say something: the offer that it was asked for, or the answer to ours. */
    boolean isWaiting();
}
