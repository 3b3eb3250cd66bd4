// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.edge.http.ClientNetwork;
import io.parley.edge.http.Shares;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Joins that wait for their first response. Of a storm as many are let in as may be under way; the others are told to come back,
 * at once, so that those inside are through soon: of more than can be served in time, none would be. Half of the places are out
 * of reach for any one client, and none is given away while the process is behind with what it has. Safe for any threads.
 */
final class JoinAdmission {
    /** One join that is under way. */
    interface Place {
        /** The join is through, or has failed; once is as good as twice. */
        void leave();
    }

    /** Of those who don't count. */
    static final Place NO_PLACE = () -> {};

    /** So far behind, a loop has more to do than it can: more than a pause of the garbage collector or of the host. */
    static final Duration MAX_LAG = Duration.ofSeconds(2);

    private final int max;
    private final Shares<ClientNetwork> shares;
    private final AtomicInteger underWay = new AtomicInteger();

    JoinAdmission(int max) {
        this.max = max;
        this.shares = new Shares<>(Math.max(1, max / 2));
    }

    /**
     * @param lag for which the join waited for its turn on its connection's loop
     * @throws ApiError UNAVAILABLE if there is no place
     */
    Place enter(ClientNetwork client, Duration lag) {
        if (lag.compareTo(MAX_LAG) > 0) {
            throw refusal("the server is " + lag.toMillis() + " ms behind with what it has to do");
        }
        if (!shares.tryTake(client)) {
            throw refusal("as many joins of one address are under way as may be: " + shares.max() + ", half of " + max
                    + " (parley.http.max-pending-joins)");
        }
        if (underWay.incrementAndGet() > max) {
            leave(client);
            throw refusal("as many joins are under way as may be: " + max + " (parley.http.max-pending-joins)");
        }
        AtomicBoolean isLeft = new AtomicBoolean();
        return () -> {
            if (isLeft.compareAndSet(false, true)) {
                leave(client);
            }
        };
    }

    private void leave(ClientNetwork client) {
        underWay.decrementAndGet();
        shares.giveBack(client);
    }

    private static ApiError refusal(String reason) {
        return new ApiError(ErrorCode.UNAVAILABLE, reason, ApiError.Fault.US);
    }
}
