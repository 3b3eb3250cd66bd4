// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.peer;

import io.parley.rtc.stream.ReceiveStream;
import org.jspecify.annotations.Nullable;

/** A decrypted media packet on its way up, RTX undone; one object per peer, filled anew for each packet. */
public final class InboundPacket {
    /** The stream it belongs to; set whenever the packet is shown. */
    public @Nullable ReceiveStream stream;

    public byte[] buf = new byte[0];
    public int payloadOff;
    public int payloadLen;

    /** Extended number in the stream's own space. */
    public long extSeq;

    public int timestamp;
    public int payloadType;
    public boolean hasMarker;
}
