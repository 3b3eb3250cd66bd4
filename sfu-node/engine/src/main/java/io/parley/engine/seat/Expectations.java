// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for of tracks that are not there: a request may overtake the news of a track. Kept for LiveKit's
 * minute (#4944).
 */
final class Expectations {
    private static final long WAIT_NS = 60_000_000_000L;

    /** LiveKit has no limit; of more tracks nothing is kept. */
    static final int MAX = 1_000;

    /** Longer ones are no sids. */
    private static final int MAX_SID_LENGTH = 64;

    /** What is wanted of one track. */
    static final class Expected {
        private final long untilNs;
        private boolean isSubscribed;
        private @Nullable UpdateTrackSettings settings;

        Expected(long untilNs) {
            this.untilNs = untilNs;
        }

        boolean isSubscribed() {
            return isSubscribed;
        }

        @Nullable
        UpdateTrackSettings settings() {
            return settings;
        }
    }

    /** All wait equally long: the first is the next to be given up. */
    private final Map<String, Expected> byTrackSid = new LinkedHashMap<>();

    void subscribe(long nowNs, String trackSid) {
        Expected expected = expect(nowNs, trackSid);
        if (expected != null) {
            expected.isSubscribed = true;
        }
    }

    void unsubscribe(String trackSid) {
        Expected expected = byTrackSid.get(trackSid);
        if (expected != null) {
            expected.isSubscribed = false;
        }
    }

    /** @param settings without the tracks that they are for */
    void set(long nowNs, String trackSid, UpdateTrackSettings settings) {
        Expected expected = expect(nowNs, trackSid);
        if (expected != null) {
            expected.settings = settings;
        }
    }

    private @Nullable Expected expect(long nowNs, String trackSid) {
        Expected known = byTrackSid.get(trackSid);
        if (known != null || byTrackSid.size() >= MAX || trackSid.length() > MAX_SID_LENGTH) {
            return known;
        }
        Expected expected = new Expected(nowNs + WAIT_NS);
        byTrackSid.put(trackSid, expected);
        return expected;
    }

    /** The track is there. @return what was asked of it, or null */
    @Nullable
    Expected take(String trackSid) {
        return byTrackSid.remove(trackSid);
    }

    long nextDeadlineNs() {
        return byTrackSid.isEmpty()
                ? Deadline.NEVER
                : byTrackSid.values().iterator().next().untilNs;
    }

    /** @return tracks that were subscribed to and did not come in time */
    List<String> pollOverdue(long nowNs) {
        List<String> overdue = new ArrayList<>();
        Iterator<Map.Entry<String, Expected>> entries = byTrackSid.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<String, Expected> entry = entries.next();
            if (!Deadline.isDue(entry.getValue().untilNs, nowNs)) {
                break;
            }
            entries.remove();
            if (entry.getValue().isSubscribed) {
                overdue.add(entry.getKey());
            }
        }
        return overdue;
    }
}
