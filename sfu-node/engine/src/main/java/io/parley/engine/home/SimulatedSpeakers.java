// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.rtc.time.Deadline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.SpeakerInfo;

/** Members who are shown as speaking because their clients want to see what that looks like (SimulateScenario). */
final class SimulatedSpeakers {
    /** LiveKit's. */
    private static final float LEVEL = 0.9f;

    private static final int MAX_SECONDS = 60;
    private static final long SECOND_NS = 1_000_000_000L;

    /** Until when, by sid. */
    private final Map<String, Long> untilNs = new LinkedHashMap<>();

    /** @return what to tell; nothing of one that is shown already, since each may be told to everybody */
    List<SpeakerInfo> start(long nowNs, String sid, int seconds) {
        if (untilNs.containsKey(sid)) {
            return List.of();
        }
        untilNs.put(sid, nowNs + Math.clamp(seconds, 1, MAX_SECONDS) * SECOND_NS);
        return List.of(speaker(sid, true));
    }

    void forget(String sid) {
        untilNs.remove(sid);
    }

    long nextDeadlineNs() {
        long nextNs = Deadline.NEVER;
        for (long ns : untilNs.values()) {
            nextNs = Deadline.earlier(nextNs, ns);
        }
        return nextNs;
    }

    /** @return who does not speak any more */
    List<SpeakerInfo> pollDue(long nowNs) {
        List<SpeakerInfo> ended = new ArrayList<>();
        untilNs.entrySet().removeIf(speaker -> {
            boolean isOver = Deadline.isDue(speaker.getValue(), nowNs);
            if (isOver) {
                ended.add(speaker(speaker.getKey(), false));
            }
            return isOver;
        });
        return ended;
    }

    private static SpeakerInfo speaker(String sid, boolean isActive) {
        return SpeakerInfo.newBuilder()
                .setSid(sid)
                .setActive(isActive)
                .setLevel(isActive ? LEVEL : 0)
                .build();
    }
}
