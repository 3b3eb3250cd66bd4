// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many of something each holder has, of which each may have as many. Nothing is kept of those who have none. Safe for any
 * threads.
 */
public final class Shares<K> {
    private final int max;
    private final Map<K, Integer> taken = new ConcurrentHashMap<>();

    public Shares(int max) {
        this.max = max;
    }

    public int max() {
        return max;
    }

    /** @return false if the holder has as many as it may */
    public boolean tryTake(K holder) {
        if (taken.merge(holder, 1, Integer::sum) <= max) {
            return true;
        }
        giveBack(holder);
        return false;
    }

    public void giveBack(K holder) {
        taken.computeIfPresent(holder, (key, count) -> count == 1 ? null : count - 1);
    }
}
