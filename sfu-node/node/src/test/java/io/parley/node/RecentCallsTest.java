// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class RecentCallsTest {
    private static final RoomName ROOM = new RoomName("room");

    private final AtomicLong nowNs = new AtomicLong();
    private final RecentCalls calls = new RecentCalls(nowNs::get);

    /** One for each call that was made. */
    private final List<CompletableFuture<Room>> made = new ArrayList<>();

    private CompletableFuture<Room> call(String requestId) {
        return call(ROOM, requestId);
    }

    private CompletableFuture<Room> call(RoomName room, String requestId) {
        return calls.once(room, RoomMethod.UPDATE_ROOM_METADATA, requestId, () -> {
                    CompletableFuture<Room> result = new CompletableFuture<>();
                    made.add(result);
                    return result;
                })
                .toCompletableFuture();
    }

    @Test
    void aCallThatComesAgainHasTheFirstOnesAnswerAlsoWhileThatIsWaitedFor() {
        CompletableFuture<Room> first = call("key 1");
        CompletableFuture<Room> early = call("key 1");
        Room answer = Room.newBuilder().setMetadata("m").build();
        made.getFirst().complete(answer);
        assertThat(List.of(first, early, call("key 1")))
                .allSatisfy(each -> assertThat(each).isCompletedWithValue(answer));
        assertThat(made).hasSize(1);
        call("other 1");
        call(new RoomName("elsewhere"), "key 1");
        assertThat(made).as("another caller's, another room's").hasSize(3);
    }

    @Test
    void whatWasRefusedMayBeTriedAgain() {
        CompletableFuture<Room> first = call("key 1");
        made.getFirst().completeExceptionally(ApiError.ofCaller(ErrorCode.NOT_FOUND, "no"));
        assertThat(first).isCompletedExceptionally();
        call("key 1");
        assertThat(made).hasSize(2);
    }

    @Test
    void answersAreForgottenAfterAMinute() {
        call("key 1");
        made.getFirst().complete(Room.getDefaultInstance());
        nowNs.addAndGet(RecentCalls.LIFETIME.toNanos() + 1);
        call("key 1");
        assertThat(made).hasSize(2);
    }

    /** Whoever has a key: answers have metadata of up to 512 kB in them. */
    @Test
    void answersAreBoundedInBytes() {
        Room large = Room.newBuilder().setMetadata("m".repeat(512 << 10)).build();
        for (int i = 0; i < 100; i++) {
            call("key " + i);
            made.getLast().complete(large);
        }
        assertThat(calls.bytes()).isLessThanOrEqualTo(RecentCalls.MAX_BYTES);
    }
}
