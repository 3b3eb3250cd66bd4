// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import java.util.ArrayList;
import java.util.Comparator;
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

    /**
     * Padding after a loss, which any lossy publisher makes, used to keep its place though nothing could ever fill it: each
     * subscriber asked for it again and again.
     */
    @Test
    void closesOverWhatIsLeftOutBehindAGap() {
        SequenceRewriter rewriter = new SequenceRewriter(1000);
        rewriter.switchTo(100);
        rewriter.rewrite(100);
        assertThat(rewriter.skip(102)).isEqualTo(SequenceRewriter.NONE);
        assertThat(rewriter.skip(103)).isEqualTo(SequenceRewriter.NONE);
        assertThat(rewriter.rewrite(105)).isEqualTo(1003);
        assertThat(rewriter.rewrite(101)).isEqualTo(1001);
        assertThat(rewriter.rewrite(104)).isEqualTo(1002);
        assertThat(rewriter.rewrite(102)).isEqualTo(SequenceRewriter.NONE);
        assertThat(rewriter.rewrite(103)).isEqualTo(SequenceRewriter.NONE);
        assertThat(rewriter.rewrite(106)).isEqualTo(1004);
    }

    @Test
    void namesThePlaceOfWhatIsLeftOutTooLate() {
        SequenceRewriter rewriter = new SequenceRewriter(1000);
        rewriter.switchTo(100);
        rewriter.rewrite(100);
        assertThat(rewriter.rewrite(102)).isEqualTo(1002);
        assertThat(rewriter.skip(101)).isEqualTo(1001);
        assertThat(rewriter.rewrite(103)).isEqualTo(1003);
    }

    /** A dropped frame is one entry however many packets it has: every second frame of 20 packets, for a second. */
    @Test
    void remembersAsManyRunsAsASecondHasFrames() {
        SequenceRewriter rewriter = new SequenceRewriter(1000);
        rewriter.switchTo(100);
        long in = 100;
        rewriter.rewrite(in++);
        long late = in++;
        for (int frame = 0; frame < 2 * (SequenceRewriter.HISTORY - 2); frame++) {
            for (int i = 0; i < 20; i++, in++) {
                if (frame % 2 == 0) {
                    rewriter.skip(in);
                } else {
                    rewriter.rewrite(in);
                }
            }
        }
        assertThat(rewriter.rewrite(late)).isEqualTo(1001);
    }

    @Test
    void knowsWhichNumbersASwitchLeftBehind() {
        SequenceRewriter rewriter = new SequenceRewriter(1000);
        rewriter.switchTo(100);
        rewriter.rewrite(100);
        rewriter.rewrite(103);
        assertThat(rewriter.isLeftBehind(1001)).isFalse();
        rewriter.switchTo(500);
        rewriter.rewrite(500);
        assertThat(rewriter.isLeftBehind(1001)).isTrue();
        assertThat(rewriter.isLeftBehind(1003)).isTrue();
        assertThat(rewriter.isLeftBehind(1004)).isFalse();
        assertThat(rewriter.isLeftBehind(999)).as("from before the first").isFalse();
    }

    /** Reordered, lost, left out and switched at random: no number twice, and none missing but what is lost. */
    @RepeatedTest(300)
    void outputIsUniqueAndGapless(RepetitionInfo repetition) {
        Choices choices = Choices.ofSeed(repetition.getCurrentRepetition());
        int first = choices.between(1, 32767);
        SequenceRewriter rewriter = new SequenceRewriter(first);
        Set<Long> seen = new HashSet<>();
        for (int run = choices.between(1, 4); run > 0; run--) {
            long in = choices.between(1, 1 << 20);
            long factor = choices.between(1, 1000);
            rewriter.switchTo(in);
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                numbers.add(in + i);
            }
            // Each may come up to four places late, but never before the first after a switch.
            numbers.subList(1, numbers.size()).sort(Comparator.comparingLong(n -> n + Math.floorMod(n * factor, 5)));
            for (long extSeq : numbers) {
                boolean isLeftOut = extSeq > in && extSeq % 7 < 3;
                long out = isLeftOut ? rewriter.skip(extSeq) : rewriter.rewrite(extSeq);
                if (isLeftOut && out == SequenceRewriter.NONE) {
                    continue;
                }
                assertThat(out).isBetween((long) first, rewriter.highestOut());
                assertThat(seen.add(out)).as("twice: %d", out).isTrue();
            }
        }
        assertThat(seen).hasSize((int) (rewriter.highestOut() - first + 1));
    }
}
