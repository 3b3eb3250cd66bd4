// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.buf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from int (an SSRC, say) to object without boxing: open addressing, linear probing, backward-shift deletion.
 * Lookups allocate nothing.
 */
public final class IntMap<V> {
    private static final int INITIAL_CAPACITY = 8;

    private int[] keys = new int[INITIAL_CAPACITY];
    private @Nullable Object[] values = new Object[INITIAL_CAPACITY];
    private int size;

    public int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    public @Nullable V get(int key) {
        int index = find(key);
        return (V) values[index];
    }

    @SuppressWarnings("unchecked")
    public @Nullable V put(int key, V value) {
        if ((size + 1) * 2 > keys.length) {
            grow();
        }
        int index = find(key);
        Object previous = values[index];
        keys[index] = key;
        values[index] = value;
        if (previous == null) {
            size++;
        }
        return (V) previous;
    }

    @SuppressWarnings("unchecked")
    public @Nullable V remove(int key) {
        int index = find(key);
        Object removed = values[index];
        if (removed == null) {
            return null;
        }
        size--;
        int mask = keys.length - 1;
        int hole = index;
        for (int next = hole + 1 & mask; values[next] != null; next = next + 1 & mask) {
            int home = slotOf(keys[next], mask);
            // An entry may fill the hole unless its home lies cyclically in (hole, next].
            if ((next - home & mask) >= (next - hole & mask)) {
                keys[hole] = keys[next];
                values[hole] = values[next];
                hole = next;
            }
        }
        values[hole] = null;
        return (V) removed;
    }

    /** A copy of the values, for control-path iteration that may change the map. */
    @SuppressWarnings("unchecked")
    public List<V> values() {
        List<V> list = new ArrayList<>(size);
        for (Object value : values) {
            if (value != null) {
                list.add((V) value);
            }
        }
        return list;
    }

    public void clear() {
        Arrays.fill(values, null);
        size = 0;
    }

    private int find(int key) {
        int mask = keys.length - 1;
        int index = slotOf(key, mask);
        while (values[index] != null && keys[index] != key) {
            index = index + 1 & mask;
        }
        return index;
    }

    private static int slotOf(int key, int mask) {
        int mixed = key * 0x9E3779B9;
        return (mixed ^ mixed >>> 15) & mask;
    }

    private void grow() {
        int[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new int[oldKeys.length * 2];
        values = new Object[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int index = find(oldKeys[i]);
                keys[index] = oldKeys[i];
                values[index] = oldValues[i];
            }
        }
    }
}
