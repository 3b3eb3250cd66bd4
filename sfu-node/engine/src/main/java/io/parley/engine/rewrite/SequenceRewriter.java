// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

/**
 * Maps the numbers of whatever layer is forwarded to one gapless outgoing sequence. Numbers that we leave out on
 * purpose are closed over; numbers that are merely missing keep their place, so that the receiver asks for them.
 * LiveKit: RTPMunger. See RATIONALE.md of this module.
 */
public final class SequenceRewriter {
    /** The packet has no place in the outgoing sequence. */
    public static final long NONE = -1;

    /** Changes of offset that late packets may still fall between. */
    private static final int HISTORY = 32;

    /** From which incoming number on an offset holds, newest last; a ring of {@code count} entries. */
    private final long[] fromSeqs = new long[HISTORY];

    private final long[] offsets = new long[HISTORY];
    private int count;

    private long highestIn = NONE;
    private long highestOut;

    /** @param firstOut the first outgoing number, 1..32767, so that the receiver's rollover counter starts at 0 */
    public SequenceRewriter(int firstOut) {
        highestOut = firstOut - 1L;
    }

    public boolean isStarted() {
        return highestIn != NONE;
    }

    public long highestOut() {
        return highestOut;
    }

    /** Goes on from another place of the source: another layer, or the same after a pause. */
    public void switchTo(long extSeq) {
        count = 0;
        highestIn = extSeq - 1;
        push(extSeq, highestOut + 1 - extSeq);
    }

    /** The outgoing number, or {@link #NONE} for a packet from before the last switch or closed over. */
    public long rewrite(long extSeq) {
        long out = map(extSeq);
        if (extSeq > highestIn) {
            highestIn = extSeq;
            highestOut = out;
        }
        return out;
    }

    /** Leaves a number out. Only the next one can be closed over; a gap before it stays, for what may come late. */
    public void skip(long extSeq) {
        if (extSeq == highestIn + 1) {
            highestIn = extSeq;
            push(extSeq + 1, offsets[last()] - 1);
        }
    }

    private long map(long extSeq) {
        for (int i = 0; i < Math.min(count, HISTORY); i++) {
            int index = (count - 1 - i) % HISTORY;
            if (extSeq >= fromSeqs[index]) {
                boolean isClosedOver = i > 0 && extSeq + 1 == fromSeqs[(index + 1) % HISTORY];
                return isClosedOver ? NONE : extSeq + offsets[index];
            }
        }
        return NONE;
    }

    private void push(long fromSeq, long offset) {
        fromSeqs[count % HISTORY] = fromSeq;
        offsets[count % HISTORY] = offset;
        count++;
    }

    private int last() {
        return (count - 1) % HISTORY;
    }
}
