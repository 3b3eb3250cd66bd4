// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.event.Event;
import io.parley.api.event.EventJson;
import java.nio.ByteBuffer;

/**
 * What a record of the spool says: all that the topic gets, so that whoever drains it need not be of the version that filled
 * it.
 *
 * @param atMs of the event, milliseconds since 1970
 */
record SpooledEvent(long atMs, byte[] key, byte[] value) {
    static SpooledEvent of(Event event) {
        return new SpooledEvent(event.atMs(), event.key().getBytes(UTF_8), EventJson.encode(event));
    }

    byte[] encode() {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + key.length + value.length)
                .putLong(atMs)
                .putInt(key.length)
                .put(key)
                .put(value)
                .array();
    }

    /** @throws IllegalArgumentException for something else */
    static SpooledEvent decode(byte[] record) {
        ByteBuffer buffer = ByteBuffer.wrap(record);
        if (record.length < Long.BYTES + Integer.BYTES) {
            throw new IllegalArgumentException("no spooled event: " + record.length + " bytes");
        }
        long atMs = buffer.getLong();
        int keyLength = buffer.getInt();
        if (keyLength < 0 || keyLength > buffer.remaining()) {
            throw new IllegalArgumentException("no spooled event: a key of " + keyLength + " bytes");
        }
        byte[] key = new byte[keyLength];
        buffer.get(key);
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        return new SpooledEvent(atMs, key, value);
    }
}
