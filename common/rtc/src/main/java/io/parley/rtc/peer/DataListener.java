// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

/** What a peer's data channels tell their owner; an owner without interest in data overrides nothing. */
public interface DataListener {
    /** The association is up. */
    default void onDataConnected(long nowNs) {}

    /** The peer opened a channel. */
    default void onDataChannel(long nowNs, DataChannel channel) {}

    default void onDataChannelClosed(long nowNs, DataChannel channel) {}

    /** A whole message; the array is the listener's. */
    default void onData(long nowNs, DataChannel channel, byte[] payload) {}

    /** More waits to be sent to the peer than is good, or no longer. */
    default void onDataCongestion(long nowNs, boolean isCongested) {}
}
