// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.edge.http.Shares;
import reactor.core.publisher.Mono;

/**
 * Connections that only publish, beside their participant's main one, of the clients of this process. To everybody else
 * each is a participant of its own, and one token is good for any number of them: so few at a time. Safe for any threads.
 */
final class PublishConnections {
    private record Owner(RoomName room, String identity) {}

    private final Shares<Owner> open;

    /** @param max of one participant at a time */
    PublishConnections(int max) {
        this.open = new Shares<>(max);
    }

    /** @throws ApiError RESOURCE_EXHAUSTED if the participant has as many as it may */
    void begin(CheckedJoin join, Mono<Void> end) {
        if (!join.isPublishOnly()) {
            return;
        }
        Owner owner = new Owner(join.room(), join.ownerIdentity());
        if (!open.tryTake(owner)) {
            throw ApiError.ofCaller(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "more than " + open.max()
                            + " publish connections of one participant (parley.room.max-publish-connections)");
        }
        end.doFinally(signal -> open.giveBack(owner)).subscribe();
    }
}
