// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.time;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which of many machines is due next: a binary heap whose entries move when their deadline changes. Owned by one loop.
 */
public final class DeadlineQueue<T> {
    /** One machine's place in the queue. */
    public static final class Entry<T> {
        private final T owner;
        private long deadlineNs = Deadline.NEVER;
        private int index = -1;

        public Entry(T owner) {
            this.owner = owner;
        }

        public T owner() {
            return owner;
        }
    }

    private @Nullable Entry<T>[] heap = newHeap(16);
    private int size;

    /** Sets an entry's deadline; {@link Deadline#NEVER} takes it out. */
    public void update(Entry<T> entry, long deadlineNs) {
        if (deadlineNs == Deadline.NEVER) {
            remove(entry);
            return;
        }
        long before = entry.deadlineNs;
        entry.deadlineNs = deadlineNs;
        if (entry.index < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            entry.index = size++;
            siftUp(entry);
        } else if (deadlineNs - before < 0) {
            siftUp(entry);
        } else if (deadlineNs != before) {
            siftDown(entry);
        }
    }

    /** The earliest deadline, or {@link Deadline#NEVER}. */
    public long nextDeadlineNs() {
        Entry<T> first = heap[0];
        return first == null ? Deadline.NEVER : first.deadlineNs;
    }

    /** Takes out an owner whose deadline has come, or gives null. */
    public @Nullable T pollDue(long nowNs) {
        Entry<T> first = heap[0];
        if (first == null || first.deadlineNs - nowNs > 0) {
            return null;
        }
        remove(first);
        return first.owner;
    }

    private void remove(Entry<T> entry) {
        int hole = entry.index;
        entry.deadlineNs = Deadline.NEVER;
        if (hole < 0) {
            return;
        }
        entry.index = -1;
        Entry<T> last = heap[--size];
        heap[size] = null;
        if (last != null && last != entry) {
            last.index = hole;
            siftUp(last);
            siftDown(last);
        }
    }

    private void siftUp(Entry<T> entry) {
        int at = entry.index;
        while (at > 0) {
            Entry<T> parent = heap[(at - 1) >>> 1];
            if (parent == null || parent.deadlineNs - entry.deadlineNs <= 0) {
                break;
            }
            place(parent, at);
            at = (at - 1) >>> 1;
        }
        place(entry, at);
    }

    private void siftDown(Entry<T> entry) {
        int at = entry.index;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            Entry<T> left = heap[child];
            Entry<T> right = child + 1 < size ? heap[child + 1] : null;
            Entry<T> least = left;
            if (right != null && left != null && right.deadlineNs - left.deadlineNs < 0) {
                least = right;
                child++;
            }
            if (least == null || least.deadlineNs - entry.deadlineNs >= 0) {
                break;
            }
            place(least, at);
            at = child;
        }
        place(entry, at);
    }

    private void place(Entry<T> entry, int at) {
        heap[at] = entry;
        entry.index = at;
    }

    @SuppressWarnings("unchecked")
    private static <T> @Nullable Entry<T>[] newHeap(int capacity) {
        return (@Nullable Entry<T>[]) new Entry<?>[capacity];
    }
}
