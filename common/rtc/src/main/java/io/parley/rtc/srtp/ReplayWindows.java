// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.srtp;

import io.parley.rtc.buf.IntMap;
import org.jspecify.annotations.Nullable;

/**
 * The replay windows of what a peer sends under one key, by SSRC. None can be forgotten while the key lives: with a fresh
 * window the old packets of an SSRC would pass again. So beyond {@link #MAX_OPEN} one that was idle is folded. All that
 * its stream may lose by it is a packet that others overtook before a pause, in which {@link #MAX_OPEN} others spoke.
 */
final class ReplayWindows {
    /** Streams that may be active at once: three layers with RTX of 85 videos. */
    static final int MAX_OPEN = 512;

    private final IntMap<ReplayWindow> bySsrc = new IntMap<>();
    private final ReplayWindow[] open = new ReplayWindow[MAX_OPEN];
    private int openCount;

    /** Where the search for an idle window goes on. */
    private int hand;

    /** SSRCs that were ever used. */
    int size() {
        return bySsrc.size();
    }

    int openCount() {
        return openCount;
    }

    @Nullable
    ReplayWindow get(int ssrc) {
        return bySsrc.get(ssrc);
    }

    /** Marks an index that {@link ReplayWindow#admits} let pass. @param known what {@link #get} gave for the SSRC */
    void mark(@Nullable ReplayWindow known, int ssrc, long index) {
        ReplayWindow window = known;
        if (window == null) {
            window = new ReplayWindow();
            bySsrc.put(ssrc, window);
        }
        if (known == null || window.isFolded()) {
            open(window);
        }
        window.mark(index);
    }

    /** Takes a place, if need be that of a window that was not marked since the hand came by. */
    private void open(ReplayWindow window) {
        if (openCount < MAX_OPEN) {
            open[openCount++] = window;
            return;
        }
        while (open[hand].takeInUse()) {
            hand = (hand + 1) % MAX_OPEN;
        }
        open[hand].fold();
        open[hand] = window;
        hand = (hand + 1) % MAX_OPEN;
    }
}
