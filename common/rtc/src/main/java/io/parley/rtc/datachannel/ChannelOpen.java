// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.datachannel;

import io.parley.rtc.buf.Bytes;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * DATA_CHANNEL_OPEN (RFC 8832 s.5.1).
 *
 * <pre>
 * | type 3 (8) | channel type (8) | priority (16) | reliability (32) | label length (16) | protocol length (16) | both
 * </pre>
 *
 * @param maxRetransmits -1 for any number
 * @param maxLifetimeMs -1 for no limit; at most one of the two limits is set
 */
public record ChannelOpen(boolean isOrdered, int maxRetransmits, int maxLifetimeMs, String label, String protocol) {
    private static final int OPEN = 3;
    private static final int ACK = 2;
    private static final int HEADER_BYTES = 12;
    private static final int PRIORITY_NORMAL = 256;

    private static final int RELIABLE = 0;
    private static final int LIMITED_RETRANSMITS = 1;
    private static final int LIMITED_LIFETIME = 2;
    private static final int UNORDERED = 0x80;

    public static boolean isAck(byte[] message) {
        return message.length >= 1 && message[0] == ACK;
    }

    public static byte[] ack() {
        return new byte[] {ACK};
    }

    /** @return null if the message is none, or broken */
    public static @Nullable ChannelOpen parse(byte[] message) {
        if (message.length < HEADER_BYTES || message[0] != OPEN) {
            return null;
        }
        int labelBytes = Bytes.u16(message, 8);
        int protocolBytes = Bytes.u16(message, 10);
        int kind = Bytes.u8(message, 1) & ~UNORDERED;
        if (HEADER_BYTES + labelBytes + protocolBytes > message.length || kind > LIMITED_LIFETIME) {
            return null;
        }
        int limit = Math.max(0, Bytes.i32(message, 4)); // beyond 2^31 there is no limit worth keeping
        return new ChannelOpen(
                (Bytes.u8(message, 1) & UNORDERED) == 0,
                kind == LIMITED_RETRANSMITS ? limit : -1,
                kind == LIMITED_LIFETIME ? limit : -1,
                new String(message, HEADER_BYTES, labelBytes, StandardCharsets.UTF_8),
                new String(message, HEADER_BYTES + labelBytes, protocolBytes, StandardCharsets.UTF_8));
    }

    public byte[] encode() {
        byte[] labelBytes = label.getBytes(StandardCharsets.UTF_8);
        byte[] protocolBytes = protocol.getBytes(StandardCharsets.UTF_8);
        byte[] message = new byte[HEADER_BYTES + labelBytes.length + protocolBytes.length];
        int kind = maxRetransmits >= 0 ? LIMITED_RETRANSMITS : maxLifetimeMs >= 0 ? LIMITED_LIFETIME : RELIABLE;
        Bytes.putU8(message, 0, OPEN);
        Bytes.putU8(message, 1, kind | (isOrdered ? 0 : UNORDERED));
        Bytes.putU16(message, 2, PRIORITY_NORMAL);
        Bytes.putI32(message, 4, Math.max(0, Math.max(maxRetransmits, maxLifetimeMs)));
        Bytes.putU16(message, 8, labelBytes.length);
        Bytes.putU16(message, 10, protocolBytes.length);
        System.arraycopy(labelBytes, 0, message, HEADER_BYTES, labelBytes.length);
        System.arraycopy(protocolBytes, 0, message, HEADER_BYTES + labelBytes.length, protocolBytes.length);
        return message;
    }
}
