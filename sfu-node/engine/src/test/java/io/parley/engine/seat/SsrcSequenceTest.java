// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SsrcSequenceTest {
    @Test
    void neverGivesTheSameTwiceNorZero() {
        // Begins so that zero would be the third.
        SsrcSequence ssrcs = new SsrcSequence(0x255992D5);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            assertThat(seen.add(ssrcs.take())).isTrue();
        }
        assertThat(seen).doesNotContain(0);
    }
}
