// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoopQueueTest {
    private final ArrayDeque<LongConsumer> loop = new ArrayDeque<>();
    private final List<Integer> handled = new ArrayList<>();
    private int broken = -1;
    private final LoopQueue<Integer> queue = new LoopQueue<>(loop::add, (nowNs, item) -> {
        if (item == broken) {
            throw new IllegalStateException("a bug");
        }
        handled.add(item);
    });

    /** One signal stream alone filled the loop's queue, and others' joins were refused: anybody with a token. */
    @Test
    void takesOnePlaceInTheLoopHoweverMuchThereIs() {
        IntStream.range(0, 10_000).forEach(queue::add);
        assertThat(loop).hasSize(1);
        loop.remove().accept(0);
        assertThat(handled).hasSize(LoopQueue.BATCH);
        assertThat(loop).as("the rest waits its turn").hasSize(1);
        run();
        assertThat(handled).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
        queue.add(1);
        assertThat(loop).hasSize(1);
    }

    @Test
    void goesOnBehindAnItemThatThrows() {
        broken = 1;
        IntStream.range(0, 4).forEach(queue::add);
        assertThatThrownBy(this::run).isInstanceOf(IllegalStateException.class);
        run();
        assertThat(handled).containsExactly(0, 2, 3);
    }

    private void run() {
        while (!loop.isEmpty()) {
            loop.remove().accept(0);
        }
    }
}
