// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian (network order) reads and writes on a byte array; callers check bounds of wire data beforehand. */
public final class Bytes {
    private static final VarHandle U16 = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    public static int u8(byte[] buf, int off) {
        return buf[off] & 0xFF;
    }

    public static int u16(byte[] buf, int off) {
        return (short) U16.get(buf, off) & 0xFFFF;
    }

    public static int u24(byte[] buf, int off) {
        return u8(buf, off) << 16 | u16(buf, off + 1);
    }

    /** The 32 bits as they are: an SSRC or a timestamp is compared as an int. */
    public static int i32(byte[] buf, int off) {
        return (int) U32.get(buf, off);
    }

    public static long u32(byte[] buf, int off) {
        return (int) U32.get(buf, off) & 0xFFFF_FFFFL;
    }

    public static long i64(byte[] buf, int off) {
        return (long) U64.get(buf, off);
    }

    public static void putU8(byte[] buf, int off, int value) {
        buf[off] = (byte) value;
    }

    public static void putU16(byte[] buf, int off, int value) {
        U16.set(buf, off, (short) value);
    }

    public static void putU24(byte[] buf, int off, int value) {
        buf[off] = (byte) (value >>> 16);
        putU16(buf, off + 1, value);
    }

    public static void putI32(byte[] buf, int off, int value) {
        U32.set(buf, off, value);
    }

    public static void putU48(byte[] buf, int off, long value) {
        putU16(buf, off, (int) (value >>> 32));
        putI32(buf, off + 2, (int) value);
    }

    public static long u48(byte[] buf, int off) {
        return (long) u16(buf, off) << 32 | u32(buf, off + 2);
    }

    public static void putI64(byte[] buf, int off, long value) {
        U64.set(buf, off, value);
    }
}
