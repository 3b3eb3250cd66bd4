// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

import java.util.Arrays;

/**
 * The last packets of one layer, each payload stored once, found by extended sequence number; padding is a packet without
 * payload. Bytes lie in one arena that is written round and round; both arena and index grow while what they overwrite is
 * younger than {@link #KEEP_NS}, up to a cap. Retransmission reads from here; nobody else keeps payloads.
 */
public final class PacketRing {
    /** What a NACK may still ask for. */
    private static final long KEEP_NS = 1_000_000_000L;

    private static final int MAX_ENTRIES = 8192;
    private static final int MAX_ARENA_BYTES = 8 << 20;
    private static final long NONE = -1;

    private byte[] arena;

    /** Where the next payload goes, counted without wrapping. */
    private long writePos;

    private long[] extSeqs;
    private long[] extTimestamps;
    private long[] positions;
    private long[] arrivalsNs;

    /** Length in the low 16 bits, marker in bit 16. */
    private int[] lengths;

    /** The numbers in the order in which they were put; a ring from {@code oldest} to {@code puts}. */
    private long[] putOrder;

    private long puts;
    private long oldest;

    /** @param entries a power of two */
    public PacketRing(int entries, int arenaBytes) {
        arena = new byte[arenaBytes];
        allocate(entries);
    }

    private void allocate(int entries) {
        extSeqs = new long[entries];
        Arrays.fill(extSeqs, NONE);
        extTimestamps = new long[entries];
        positions = new long[entries];
        arrivalsNs = new long[entries];
        lengths = new int[entries];
        putOrder = new long[entries];
        puts = 0;
        oldest = 0;
    }

    /** @return false if the payload is larger than any that is kept */
    public boolean put(long nowNs, MediaPacket packet) {
        if (packet.len > arena.length) {
            return false;
        }
        makeRoom(nowNs, packet);
        long at = place(packet.len);
        System.arraycopy(packet.buf, packet.off, arena, (int) (at % arena.length), packet.len);
        int index = note(packet.extSeq);
        extTimestamps[index] = packet.extTs;
        positions[index] = at;
        arrivalsNs[index] = nowNs;
        lengths[index] = packet.len | (packet.hasMarker ? 1 << 16 : 0);
        writePos = at + packet.len;
        return true;
    }

    /** Where the next payload goes, so that it stays contiguous. */
    private long place(int len) {
        int at = (int) (writePos % arena.length);
        return at + len > arena.length ? writePos + arena.length - at : writePos;
    }

    /** Takes the entry of a number, as the newest. */
    private int note(long extSeq) {
        if (puts - oldest == putOrder.length) {
            oldest++;
        }
        putOrder[(int) puts & putOrder.length - 1] = extSeq;
        puts++;
        int index = index(extSeq);
        extSeqs[index] = extSeq;
        return index;
    }

    /** Index of a packet still held, or -1. */
    public int find(long extSeq) {
        int index = index(extSeq);
        return extSeq >= 0 && extSeqs[index] == extSeq && writePos - positions[index] <= arena.length ? index : -1;
    }

    /** Fills in a packet that is held; its bytes hold until the next {@link #put}. */
    void read(int index, MediaPacket packet) {
        packet.extSeq = extSeqs[index];
        packet.extTs = extTimestamps[index];
        packet.hasMarker = hasMarker(index);
        packet.buf = arena;
        packet.off = offset(index);
        packet.len = length(index);
        packet.isPadding = packet.len == 0;
    }

    public byte[] bytes() {
        return arena;
    }

    public int offset(int index) {
        return (int) (positions[index] % arena.length);
    }

    public int length(int index) {
        return lengths[index] & 0xFFFF;
    }

    public boolean hasMarker(int index) {
        return (lengths[index] & 1 << 16) != 0;
    }

    private int index(long extSeq) {
        return (int) extSeq & extSeqs.length - 1;
    }

    private void makeRoom(long nowNs, MediaPacket packet) {
        int index = index(packet.extSeq);
        boolean evictsYoung = extSeqs[index] != NONE && nowNs - arrivalsNs[index] < KEEP_NS;
        if (evictsYoung && extSeqs.length < MAX_ENTRIES) {
            grow(extSeqs.length * 2, arena.length);
        }
        if (arena.length < MAX_ARENA_BYTES && overwritesYoung(nowNs, packet)) {
            grow(extSeqs.length, arena.length * 2);
        }
    }

    /** Whether the oldest bytes, which go next, belong to a packet that may still be asked for. */
    private boolean overwritesYoung(long nowNs, MediaPacket packet) {
        while (oldest < puts && find(putOrder[(int) oldest & putOrder.length - 1]) < 0) {
            oldest++;
        }
        if (oldest == puts) {
            return false;
        }
        int index = index(putOrder[(int) oldest & putOrder.length - 1]);
        boolean isOverwritten = place(packet.len) + packet.len - positions[index] > arena.length;
        return isOverwritten && nowNs - arrivalsNs[index] < KEEP_NS;
    }

    private void grow(int entries, int arenaBytes) {
        byte[] oldArena = arena;
        long[] oldSeqs = extSeqs;
        long[] oldTimestamps = extTimestamps;
        long[] oldPositions = positions;
        long[] oldArrivals = arrivalsNs;
        int[] oldLengths = lengths;
        long[] oldOrder = putOrder;
        long oldPuts = puts;
        long oldWritePos = writePos;
        long first = oldest;
        arena = new byte[arenaBytes];
        writePos = 0;
        allocate(entries);
        for (long put = first; put < oldPuts; put++) {
            long extSeq = oldOrder[(int) put & oldOrder.length - 1];
            int from = (int) extSeq & oldSeqs.length - 1;
            if (oldSeqs[from] != extSeq || oldWritePos - oldPositions[from] > oldArena.length) {
                continue;
            }
            int length = oldLengths[from] & 0xFFFF;
            System.arraycopy(oldArena, (int) (oldPositions[from] % oldArena.length), arena, (int) writePos, length);
            int index = note(extSeq);
            extTimestamps[index] = oldTimestamps[from];
            positions[index] = writePos;
            arrivalsNs[index] = oldArrivals[from];
            lengths[index] = oldLengths[from];
            writePos += length;
        }
    }
}
