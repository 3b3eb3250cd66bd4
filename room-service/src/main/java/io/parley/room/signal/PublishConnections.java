// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * Connections that only publish, beside their participant's main one, of the clients of this process. To everybody else
 * each is a participant of its own, and one token is good for any number of them: so few at a time. Safe for any threads.
 */
final class PublishConnections {
    private record Owner(RoomName room, String identity) {}

    private final int max;
    private final Map<Owner, Integer> open = new ConcurrentHashMap<>();

    /** @param max of one participant at a time */
    PublishConnections(int max) {
        this.max = max;
    }

    /** @throws ApiError RESOURCE_EXHAUSTED if the participant has as many as it may */
    void begin(CheckedJoin join, Mono<Void> end) {
        if (!join.isPublishOnly()) {
            return;
        }
        Owner owner = new Owner(join.room(), join.ownerIdentity());
        if (open.merge(owner, 1, Integer::sum) > max) {
            end(owner);
            throw ApiError.ofCaller(
                    ErrorCode.RESOURCE_EXHAUSTED, "more than " + max + " publish connections of one participant");
        }
        end.doFinally(signal -> end(owner)).subscribe();
    }

    private void end(Owner owner) {
        open.computeIfPresent(owner, (key, count) -> count == 1 ? null : count - 1);
    }
}
