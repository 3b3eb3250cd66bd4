// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.AsyncCache;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class RecentCallsTest {
    private static final RoomName ROOM = new RoomName("demo");

    private final AtomicLong nowNs = new AtomicLong();
    private final RecentCalls calls = new RecentCalls(nowNs::get);
    private final List<CompletableFuture<Room>> made = new ArrayList<>();

    private CompletableFuture<Room> create(String requestId) {
        return calls.once(ROOM, RoomMethod.CREATE_ROOM, requestId, () -> {
                    made.add(new CompletableFuture<>());
                    return made.getLast();
                })
                .toCompletableFuture();
    }

    private static Room room(String sid) {
        return Room.newBuilder().setSid(sid).build();
    }

    @Test
    void aCallThatComesAgainHasTheAnswerOfTheFirst() {
        CompletableFuture<Room> first = create("id");
        CompletableFuture<Room> meanwhile = create("id");
        made.getFirst().complete(room("RM_1"));

        assertThat(first).isCompletedWithValue(room("RM_1"));
        assertThat(meanwhile).isCompletedWithValue(room("RM_1"));
        assertThat(create("id")).isCompletedWithValue(room("RM_1"));
        assertThat(made).hasSize(1);
    }

    @Test
    void callsWithOtherIdsAreMade() {
        create("id");
        create("other");

        assertThat(made).hasSize(2);
    }

    @Test
    void whatWasRefusedIsRefusedToAllThatWaitAndForgotten() {
        ApiError refusal = ApiError.ofCaller(ErrorCode.NOT_FOUND, "not here");
        CompletableFuture<Room> first = create("id");
        CompletableFuture<Room> meanwhile = create("id");
        made.getFirst().completeExceptionally(refusal);

        assertThatThrownBy(first::join).hasCause(refusal);
        assertThatThrownBy(meanwhile::join).hasCause(refusal);
        CompletableFuture<Room> again = create("id");
        made.getLast().complete(room("RM_1"));
        assertThat(again).isCompletedWithValue(room("RM_1"));
    }

    @Test
    void anAnswerIsForgottenAfterItsLifetime() {
        create("id");
        made.getFirst().complete(room("RM_1"));
        nowNs.addAndGet(RecentCalls.LIFETIME.plus(Duration.ofSeconds(1)).toNanos());

        assertThat(create("id")).isNotDone();
    }

    /** Anyone with a key can ask for what is not there, as often as they like. */
    @Test
    void whatWasRefusedIsNotLogged() {
        List<LogRecord> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger caffeine = Logger.getLogger(AsyncCache.class.getPackageName());
        caffeine.addHandler(handler);
        try {
            create("id");
            made.getFirst().completeExceptionally(ApiError.ofCaller(ErrorCode.NOT_FOUND, "not here"));
        } finally {
            caffeine.removeHandler(handler);
        }

        assertThat(logged).isEmpty();
    }

    /** Whoever has a key: answers have metadata of up to 512 kB in them. */
    @Test
    void answersAreBoundedInBytes() {
        Room large = Room.newBuilder().setMetadata("m".repeat(512 << 10)).build();
        for (int i = 0; i < 100; i++) {
            create("id " + i);
            made.getLast().complete(large);
        }
        assertThat(calls.bytes()).isLessThanOrEqualTo(RecentCalls.MAX_BYTES);
    }
}
