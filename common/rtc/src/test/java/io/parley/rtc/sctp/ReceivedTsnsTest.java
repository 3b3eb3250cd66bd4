// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class ReceivedTsnsTest {
    /** Against the obvious model, a set of numbers, across the wrap of 32 bits and of the ring. */
    @RepeatedTest(10)
    void agreesWithASetOfNumbers(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        long cumulative = 0xFFFF_FFFFL - random.nextInt(1000);
        ReceivedTsns tsns = new ReceivedTsns(cumulative);
        TreeSet<Long> ahead = new TreeSet<>();
        long highest = cumulative;
        for (int i = 0; i < 1000; i++) {
            int reach = random.nextInt(20) == 0 ? ReceivedTsns.MAX_AHEAD : 100;
            long tsn = cumulative + 1 + random.nextInt(reach);
            if (random.nextInt(100) == 0) {
                tsns.addUpTo(tsn);
                ahead.headSet(tsn, true).clear();
                cumulative = tsn;
            } else {
                tsns.add(tsn);
                ahead.add(tsn);
            }
            highest = Math.max(highest, tsn);
            while (ahead.remove(cumulative + 1)) {
                cumulative++;
            }
            assertThat(tsns.cumulative()).isEqualTo(cumulative);
            assertThat(tsns.highest()).isEqualTo(highest);
            assertThat(tsns.lacksSome()).isEqualTo(!ahead.isEmpty());
            long probe = cumulative + 1 + random.nextInt((int) (highest - cumulative) + 1);
            assertThat(tsns.contains(probe)).isEqualTo(ahead.contains(probe));
            Long next = ahead.ceiling(probe);
            assertThat(tsns.nextReceived(probe)).isEqualTo(next == null ? highest + 1 : next);
            long missing = probe;
            while (ahead.contains(missing)) {
                missing++;
            }
            assertThat(tsns.nextMissing(probe)).isEqualTo(missing);
        }
    }
}
