// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

/** A client's wish that resuming fails, to see what it does then (SimulateScenario); it holds for LiveKit's five seconds. */
final class ResumeFault {
    private static final long WINDOW_NS = 5_000_000_000L;

    /** How many resumes end before the client heard anything. */
    private static final int SILENT_RESUMES = 3;

    private long untilNs;
    private int silentResumes;
    private boolean endsAfterwards;

    void afterMessages(long nowNs) {
        untilNs = nowNs + WINDOW_NS;
        endsAfterwards = true;
    }

    void withoutMessages(long nowNs) {
        untilNs = nowNs + WINDOW_NS;
        silentResumes = SILENT_RESUMES;
    }

    /** Whether a resume ends before the client hears anything. */
    boolean takesAll(long nowNs) {
        if (silentResumes == 0 || nowNs - untilNs > 0) {
            return false;
        }
        silentResumes--;
        return true;
    }

    /** Whether a resume ends once the client was told everything. */
    boolean endsAfterwards(long nowNs) {
        boolean ends = endsAfterwards && nowNs - untilNs <= 0;
        endsAfterwards = false;
        return ends;
    }
}
