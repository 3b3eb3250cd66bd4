// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.memory.InMemoryDirectory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import livekit.LivekitModels.Room;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RememberingDirectoryTest {
    private static final int MAX_ROOMS = 10;
    private static final NodeRecord NODE = new NodeRecord(new NodeId("ND_a"), 1, "", "", 1, NodeLoad.NONE, false);
    private static final RoomName ROOM = new RoomName("demo");
    private static final RoomRecord RECORD = new RoomRecord(Room.getDefaultInstance(), List.of(), true, Playout.NONE);

    private final Directory shared = new InMemoryDirectory(System::currentTimeMillis);
    private final AtomicLong nowNs = new AtomicLong();
    private @Nullable ErrorCode failure;

    /** The shared one, while nothing fails. */
    private final Directory directory = new RememberingDirectory(
            (Directory) Proxy.newProxyInstance(
                    Directory.class.getClassLoader(), new Class<?>[] {Directory.class}, (proxy, method, arguments) -> {
                        ErrorCode code = failure;
                        return code == null
                                ? method.invoke(shared, arguments)
                                : CompletableFuture.failedFuture(new ApiError(code, "away", ApiError.Fault.US));
                    }),
            MAX_ROOMS,
            nowNs::get);

    @BeforeEach
    void announce() {
        get(directory.announce(NODE, Duration.ofMinutes(1)));
        get(directory.nodes());
    }

    private RoomClaim open(RoomName room) {
        RoomClaim claim = get(directory.claim(room, NODE.id())).claim();
        get(shared.put(claim, RECORD));
        return claim;
    }

    @Test
    void whatWasClaimedOrFoundIsWhereItWas() {
        RoomClaim claim = open(ROOM);
        RoomName found = new RoomName("found");
        RoomClaim other = get(shared.claim(found, NODE.id())).claim();
        get(directory.find(found));
        failure = ErrorCode.UNAVAILABLE;
        assertThat(get(directory.find(ROOM))).contains(new RoomPlace(claim, NODE, true, true, null, true));
        assertThat(get(directory.find(found)).orElseThrow().claim()).isEqualTo(other);
        assertThat(get(directory.nodes())).containsExactly(NODE);
    }

    @Test
    void aRoomThatEndedOrLostItsNodeIsNotRemembered() {
        RoomName lost = new RoomName("lost");
        get(directory.release(open(ROOM)));
        get(directory.find(ROOM));
        get(directory.handOver(open(lost), RECORD));
        get(directory.find(lost));
        failure = ErrorCode.UNAVAILABLE;
        for (RoomName room : List.of(ROOM, lost)) {
            assertThatThrownBy(() -> get(directory.find(room))).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void aClaimThatWasGivenUpIsNotRemembered() {
        RoomClaim before = get(directory.claim(ROOM, NODE.id())).claim();
        get(directory.revoke(before));
        RoomName again = new RoomName("again");
        RoomClaim silent = get(directory.claim(again, NODE.id())).claim();
        get(shared.revoke(silent));
        RoomClaim next = get(directory.claim(again, NODE.id())).claim();
        get(directory.revoke(silent));
        failure = ErrorCode.UNAVAILABLE;
        assertThat(isKnown(ROOM)).isFalse();
        assertThat(get(directory.find(again)).orElseThrow().claim())
                .as("a later one")
                .isEqualTo(next);
    }

    /** Whoever resumes in a long meeting asks for a room that nobody asked for since it began. */
    @Test
    void aPlaceIsRememberedForADay() {
        open(ROOM);
        Duration outage = Duration.ofMinutes(10);
        nowNs.addAndGet(RememberingDirectory.MEMORY.minus(outage).toNanos());
        failure = ErrorCode.UNAVAILABLE;
        nowNs.addAndGet(outage.toNanos() - 1);
        assertThat(isKnown(ROOM)).isTrue();
        nowNs.addAndGet(1);
        assertThat(isKnown(ROOM)).as("also if it was asked for").isFalse();
    }

    /** A bug is no outage. */
    @Test
    void onlyADirectoryThatIsAwayIsStoodInFor() {
        open(ROOM);
        failure = ErrorCode.INTERNAL;
        assertThatThrownBy(() -> get(directory.find(ROOM))).isInstanceOf(ApiError.class);
        assertThatThrownBy(() -> get(directory.nodes())).isInstanceOf(ApiError.class);
    }

    /** Whoever may make rooms could fill the process's memory with their names. */
    @Test
    void noMoreRoomsAreRememberedThanMayBe() {
        List<RoomName> rooms =
                IntStream.range(0, 100).mapToObj(i -> new RoomName("room-" + i)).toList();
        rooms.forEach(this::open);
        failure = ErrorCode.UNAVAILABLE;
        assertThat(rooms.stream().filter(this::isKnown).count()).isBetween(1L, (long) MAX_ROOMS);
    }

    private boolean isKnown(RoomName room) {
        return directory
                .find(room)
                .handle((place, error) -> error == null)
                .toCompletableFuture()
                .join();
    }
}
