// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import java.net.InetSocketAddress;

/** What a {@link MediaLoop} drives. All calls come on the loop's thread; {@code nowNs} is read once for a batch. */
public interface LoopHandler {
    /** One datagram; the bytes are valid, and may be changed, during the call. @param local index of the socket */
    void onDatagram(long nowNs, int local, InetSocketAddress remote, byte[] buf, int off, int len);

    /** After each batch of datagrams, each command and each deadline: send what is due. */
    void onBatchEnd(long nowNs);

    long nextDeadlineNs();

    void onDeadline(long nowNs);
}
