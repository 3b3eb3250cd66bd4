// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.engine.message.CallResult;
import io.parley.rtc.time.Deadline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What a home asked those of other rooms for, and has no answer to yet. Owned by the home. */
final class Inquiries {
    /** Of one room. */
    static final int MAX_OPEN = 1_000;

    private static final long TIMEOUT_NS = 2_000_000_000L;

    /** @param whenGranted given the time, ns */
    private record Inquiry(CallResult call, long endsAtNs, LongConsumer whenGranted, Runnable whenRefused) {}

    private final Map<Long, Inquiry> open = new LinkedHashMap<>();
    private long lastId;

    /**
     * Notes one.
     *
     * @param call refused if the inquiry is
     * @return its id
     */
    long begin(long nowNs, CallResult call, LongConsumer whenGranted, Runnable whenRefused) {
        if (open.size() == MAX_OPEN) {
            throw new ApiError(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "more than " + MAX_OPEN + " participants of the room are on their way to another",
                    ApiError.Fault.CALLER);
        }
        open.put(++lastId, new Inquiry(call, nowNs + TIMEOUT_NS, whenGranted, whenRefused));
        return lastId;
    }

    void onAnswer(long nowNs, long id, @Nullable ApiError refusal) {
        Inquiry inquiry = open.remove(id);
        if (inquiry == null) {
            return; // too late
        }
        if (refusal == null) {
            inquiry.whenGranted.accept(nowNs);
        } else {
            refuse(inquiry, refusal);
        }
    }

    private static void refuse(Inquiry inquiry, ApiError refusal) {
        inquiry.whenRefused.run();
        inquiry.call.refuse(refusal);
    }

    long nextDeadlineNs() {
        // all have the same time, so the first is the one that began first
        return open.isEmpty() ? Deadline.NEVER : open.values().iterator().next().endsAtNs();
    }

    void onDeadline(long nowNs) {
        for (Map.Entry<Long, Inquiry> entry : List.copyOf(open.entrySet())) {
            if (Deadline.isDue(entry.getValue().endsAtNs(), nowNs)) {
                open.remove(entry.getKey());
                refuse(entry.getValue(), unavailable("the other room does not answer, or the participant is gone"));
            }
        }
    }

    /** The room is over. */
    void close() {
        List<Inquiry> all = List.copyOf(open.values());
        open.clear();
        all.forEach(inquiry -> inquiry.call.refuse(unavailable("the room ended meanwhile")));
    }

    private static ApiError unavailable(String why) {
        return new ApiError(ErrorCode.UNAVAILABLE, why, ApiError.Fault.US);
    }
}
