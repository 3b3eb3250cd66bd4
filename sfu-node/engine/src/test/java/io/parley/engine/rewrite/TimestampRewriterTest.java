// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimestampRewriterTest {
    private static final long MS = 1_000_000L;

    private final TimestampRewriter rewriter = new TimestampRewriter(90_000, 1000);

    @Test
    void movesOnByElapsedTimeWhenNothingRelatesTheClocks() {
        rewriter.switchTo(0, 5_000_000);
        assertThat(rewriter.rewrite(0, 5_000_000)).isEqualTo(1000);
        rewriter.switchTo(100 * MS, 77);
        assertThat(rewriter.rewrite(100 * MS, 77)).isEqualTo(1000 + 9000);
    }

    @Test
    void followsTheReportsWhenTheyRelateTheClocks() {
        rewriter.switchTo(0, 5_000_000);
        rewriter.rewrite(0, 5_000_000);
        // By the reports the new layer's 77 is 8,100 ticks on, though 100 ms passed for us.
        rewriter.switchTo(100 * MS, 77, 5_008_100);
        assertThat(rewriter.rewrite(100 * MS, 77)).isEqualTo(1000 + 8100);
    }

    @Test
    void distrustsReportsThatLeadBackOrFarAhead() {
        rewriter.switchTo(0, 5_000_000);
        rewriter.rewrite(0, 5_000_000);
        rewriter.switchTo(100 * MS, 77, 4_990_000);
        assertThat(rewriter.rewrite(100 * MS, 77)).isEqualTo(1000 + 9000);
        rewriter.switchTo(200 * MS, 99, 90_000_000);
        assertThat(rewriter.rewrite(200 * MS, 99)).isEqualTo(1000 + 18_000);
    }

    /** Of one moment, the smaller layer comes first: the larger one's picture may not take its time on top. */
    @Test
    void movesOnByOneTickForTheSameMomentInAnotherLayer() {
        rewriter.switchTo(0, 5_000_000);
        rewriter.rewrite(0, 5_000_000);
        rewriter.switchTo(20 * MS, 77, 5_000_000);
        assertThat(rewriter.rewrite(20 * MS, 77)).isEqualTo(1001);
        assertThat(rewriter.rewrite(40 * MS, 77 + 3000)).isEqualTo(4001);
    }

    @Test
    void neverStandsStillOverASwitch() {
        rewriter.switchTo(0, 10);
        rewriter.rewrite(0, 10);
        rewriter.switchTo(0, 500);
        assertThat(rewriter.rewrite(0, 500)).isEqualTo(1001);
    }
}
