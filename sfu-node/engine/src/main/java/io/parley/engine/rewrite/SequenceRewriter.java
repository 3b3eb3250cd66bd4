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

    /** Runs of numbers left out that late packets may still fall between: each is a frame of a layer not wanted. */
    static final int HISTORY = 64;

    /** From which incoming number on an offset holds, newest last; a ring of {@code count} entries. */
    private final long[] starts = new long[HISTORY];

    private final long[] offsets = new long[HISTORY];

    /** How many numbers right before the start were left out. */
    private final int[] leftOut = new int[HISTORY];

    private int count;

    private long highestIn = NONE;
    private final long firstOut;
    private long highestOut;

    /** The first outgoing number since the last switch. */
    private long switchedAtOut;

    /** @param firstOut the first outgoing number, 1..32767, so that the receiver's rollover counter starts at 0 */
    public SequenceRewriter(int firstOut) {
        this.firstOut = firstOut;
        highestOut = firstOut - 1L;
    }

    public boolean isStarted() {
        return highestIn != NONE;
    }

    /** The highest incoming number since the last switch, left out or not. */
    public long highestIn() {
        return highestIn;
    }

    public long highestOut() {
        return highestOut;
    }

    /** Whether an outgoing number is of before the last switch, so that nothing comes for it any more. */
    public boolean isLeftBehind(long out) {
        return out >= firstOut && out < switchedAtOut;
    }

    /** Goes on from another place of the source: another layer, or the same after a pause. */
    public void switchTo(long extSeq) {
        count = 0;
        highestIn = extSeq - 1;
        switchedAtOut = highestOut + 1;
        push(extSeq, switchedAtOut - extSeq, 0);
    }

    /** A number for a packet of our own, before the first of the source. */
    public long takeNext() {
        return ++highestOut;
    }

    /** The outgoing number, or {@link #NONE} for a packet from before the last switch or closed over. */
    public long rewrite(long extSeq) {
        long out = map(extSeq);
        highestIn = Math.max(highestIn, extSeq);
        highestOut = Math.max(highestOut, out); // also of a late one, behind which the last ones were left out
        return out;
    }

    /**
     * Leaves a number out.
     *
     * @return {@link #NONE} if it was closed over; else its place in the outgoing sequence, which exists already because
     *     later packets went first, and which the caller has to fill
     */
    public long skip(long extSeq) {
        if (extSeq <= highestIn) {
            long place = map(extSeq);
            highestOut = Math.max(highestOut, place);
            return place;
        }
        int last = last();
        if (leftOut[last] > 0 && starts[last] == extSeq) {
            starts[last]++;
            offsets[last]--;
            leftOut[last]++;
        } else {
            push(extSeq + 1, offsets[last] - 1, 1);
        }
        highestIn = extSeq;
        return NONE;
    }

    private long map(long extSeq) {
        long bound = Long.MAX_VALUE; // where the numbers begin that were left out before the next run
        for (int i = 0; i < Math.min(count, HISTORY); i++) {
            int index = (count - 1 - i) % HISTORY;
            if (extSeq >= starts[index]) {
                return extSeq < bound ? extSeq + offsets[index] : NONE;
            }
            bound = starts[index] - leftOut[index];
        }
        return NONE;
    }

    private void push(long start, long offset, int numbersLeftOut) {
        starts[count % HISTORY] = start;
        offsets[count % HISTORY] = offset;
        leftOut[count % HISTORY] = numbersLeftOut;
        count++;
    }

    private int last() {
        return (count - 1) % HISTORY;
    }
}
