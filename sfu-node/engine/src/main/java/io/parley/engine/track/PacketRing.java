// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/**
 * The last payloads of one layer, each stored once, found by extended sequence number. Bytes lie in one arena that is
 * written round and round; both arena and index grow while what they overwrite is younger than {@link #KEEP_NS}, up to
 * a cap. Retransmission reads from here; nobody else keeps payloads.
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

    /** @param entries a power of two */
    public PacketRing(int entries, int arenaBytes) {
        arena = new byte[arenaBytes];
        allocate(entries);
    }

    private void allocate(int entries) {
        extSeqs = new long[entries];
        java.util.Arrays.fill(extSeqs, NONE);
        extTimestamps = new long[entries];
        positions = new long[entries];
        arrivalsNs = new long[entries];
        lengths = new int[entries];
    }

    public void put(long nowNs, MediaPacket packet) {
        if (packet.len > arena.length) {
            return;
        }
        makeRoom(nowNs, packet);
        int at = (int) (writePos % arena.length);
        if (at + packet.len > arena.length) {
            writePos += arena.length - at; // payloads stay contiguous
            at = 0;
        }
        System.arraycopy(packet.buf, packet.off, arena, at, packet.len);
        int index = index(packet.extSeq);
        extSeqs[index] = packet.extSeq;
        extTimestamps[index] = packet.extTs;
        positions[index] = writePos;
        arrivalsNs[index] = nowNs;
        lengths[index] = packet.len | (packet.hasMarker ? 1 << 16 : 0);
        writePos += packet.len;
    }

    /** Index of a packet still held, or -1. */
    public int find(long extSeq) {
        int index = index(extSeq);
        return extSeqs[index] == extSeq && writePos - positions[index] <= arena.length ? index : -1;
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

    public long extTs(int index) {
        return extTimestamps[index];
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
        if (writePos < arena.length) {
            return false;
        }
        // The packet as many numbers back as an arena of average packets holds is about the oldest one.
        long horizon = writePos - arena.length + packet.len;
        long back = Math.min(extSeqs.length - 1L, Math.max(1, arena.length / Math.max(1, packet.len)));
        for (long seq = packet.extSeq - back; seq < packet.extSeq; seq += Math.max(1, back / 8)) {
            int index = index(seq);
            if (extSeqs[index] == seq) {
                return positions[index] <= horizon + arena.length / 8 && nowNs - arrivalsNs[index] < KEEP_NS;
            }
        }
        return false;
    }

    private void grow(int entries, int arenaBytes) {
        byte[] oldArena = arena;
        long[] oldSeqs = extSeqs;
        long[] oldTimestamps = extTimestamps;
        long[] oldPositions = positions;
        long[] oldArrivals = arrivalsNs;
        int[] oldLengths = lengths;
        long oldWritePos = writePos;
        arena = new byte[arenaBytes];
        writePos = 0;
        allocate(entries);
        for (int i = 0; i < oldSeqs.length; i++) {
            if (oldSeqs[i] == NONE || oldWritePos - oldPositions[i] > oldArena.length) {
                continue;
            }
            int length = oldLengths[i] & 0xFFFF;
            int index = index(oldSeqs[i]);
            System.arraycopy(oldArena, (int) (oldPositions[i] % oldArena.length), arena, (int) writePos, length);
            extSeqs[index] = oldSeqs[i];
            extTimestamps[index] = oldTimestamps[i];
            positions[index] = writePos;
            arrivalsNs[index] = oldArrivals[i];
            lengths[index] = oldLengths[i];
            writePos += length;
        }
    }
}
