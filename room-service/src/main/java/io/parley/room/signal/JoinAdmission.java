// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Joins that wait for their first response. Of a storm as many are let in as may be under way; the others are told to come back,
 * at once, so that those inside are through soon: of more than can be served in time, none would be. Safe for any
 * threads.
 */
final class JoinAdmission {
    /** One join that is under way. */
    interface Place {
        /** The join is through, or has failed; once is as good as twice. */
        void leave();
    }

    /** Of those who don't count. */
    static final Place NO_PLACE = () -> {};

    private final int max;
    private final AtomicInteger underWay = new AtomicInteger();

    JoinAdmission(int max) {
        this.max = max;
    }

    /** @throws ApiError UNAVAILABLE if there is no place */
    Place enter() {
        if (underWay.incrementAndGet() > max) {
            underWay.decrementAndGet();
            throw new ApiError(
                    ErrorCode.UNAVAILABLE,
                    "as many joins are under way as may be: " + max + " (parley.http.max-pending-joins)",
                    ApiError.Fault.US);
        }
        AtomicBoolean isLeft = new AtomicBoolean();
        return () -> {
            if (isLeft.compareAndSet(false, true)) {
                underWay.decrementAndGet();
            }
        };
    }
}
