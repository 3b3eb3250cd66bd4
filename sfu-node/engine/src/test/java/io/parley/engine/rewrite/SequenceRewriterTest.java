// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SequenceRewriterTest {
    /** The table of RATIONALE.md. */
    @Test
    void closesOverWhatIsLeftOutAndKeepsThePlacesOfWhatIsMissing() {
        SequenceRewriter rewriter = new SequenceRewriter(1000);
        rewriter.switchTo(100);
        assertThat(rewriter.rewrite(100)).isEqualTo(1000);
        rewriter.skip(101);
        assertThat(rewriter.rewrite(102)).isEqualTo(1001);
        assertThat(rewriter.rewrite(104)).isEqualTo(1003);
        assertThat(rewriter.rewrite(103)).isEqualTo(1002);
    }

    @Test
    void goesOnBehindTheLastNumberAfterASwitch() {
        SequenceRewriter rewriter = new SequenceRewriter(5);
        rewriter.switchTo(70_000);
        rewriter.rewrite(70_000);
        rewriter.rewrite(70_003);
        rewriter.switchTo(300);
        assertThat(rewriter.rewrite(300)).isEqualTo(9);
        assertThat(rewriter.rewrite(301)).isEqualTo(10);
    }

    @Test
    void hasNoPlaceForPacketsFromBeforeASwitch() {
        SequenceRewriter rewriter = new SequenceRewriter(5);
        rewriter.switchTo(100);
        rewriter.rewrite(100);
        rewriter.switchTo(200);
        assertThat(rewriter.rewrite(199)).isEqualTo(SequenceRewriter.NONE);
    }

    @Test
    void aSkippedNumberStaysSkippedWhenItComesAgain() {
        SequenceRewriter rewriter = new SequenceRewriter(5);
        rewriter.switchTo(100);
        rewriter.rewrite(100);
        rewriter.skip(101);
        rewriter.rewrite(102);
        assertThat(rewriter.rewrite(101)).isEqualTo(SequenceRewriter.NONE);
    }

    /** Reordered, padded and switched at random: no number twice; gapless once everything came. */
    @RepeatedTest(300)
    void outputIsUniqueAndGapless(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        SequenceRewriter rewriter = new SequenceRewriter(choices.between(1, 32767));
        Set<Long> seen = new HashSet<>();
        long lowest = Long.MAX_VALUE;
        long highest = 0;
        for (int run = choices.between(1, 4); run > 0; run--) {
            long in = choices.between(1, 1 << 20);
            rewriter.switchTo(in);
            for (int i = 0; i < 100; i++) {
                List<Long> batch = new ArrayList<>();
                for (int j = choices.between(1, 4); j > 0; j--) {
                    batch.add(in++);
                }
                boolean padding = i > 0 && batch.size() == 1 && choices.percent(30);
                // Reordering within a batch, but never of the first packet after a switch.
                if (i > 0 && choices.percent(50)) {
                    java.util.Collections.reverse(batch);
                }
                for (long extSeq : batch) {
                    if (padding) {
                        rewriter.skip(extSeq);
                    } else {
                        long out = rewriter.rewrite(extSeq);
                        assertThat(out).isPositive();
                        assertThat(seen.add(out)).as("twice: %d", out).isTrue();
                        lowest = Math.min(lowest, out);
                        highest = Math.max(highest, out);
                    }
                }
            }
        }
        assertThat(highest - lowest + 1).isEqualTo(seen.size());
    }
}
