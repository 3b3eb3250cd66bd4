// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomPlace;
import io.parley.engine.message.RoomView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class RoomRegistrarTest {
    private static final RoomName ROOM = new RoomName("room");

    /** A directory that answers when the test says so. */
    private static final class SlowDirectory implements Directory {
        final List<String> writes = new ArrayList<>();
        final ArrayDeque<CompletableFuture<Boolean>> waiting = new ArrayDeque<>();

        private CompletionStage<Boolean> write(String what) {
            writes.add(what);
            CompletableFuture<Boolean> result = new CompletableFuture<>();
            waiting.add(result);
            return result;
        }

        void answer(boolean holds) {
            waiting.remove().complete(holds);
        }

        void fail() {
            waiting.remove()
                    .completeExceptionally(new ApiError(ErrorCode.UNAVAILABLE, "no directory", ApiError.Fault.US));
        }

        @Override
        public CompletionStage<Boolean> put(RoomClaim claim, RoomRecord room) {
            return write("put " + room.room().getNumParticipants() + " under " + claim.epoch());
        }

        @Override
        public CompletionStage<Void> release(RoomClaim claim) {
            return write("release " + claim.epoch()).thenAccept(released -> {});
        }

        @Override
        public CompletionStage<Void> handOver(RoomClaim claim, RoomRecord room) {
            return write("hand over " + room.room().getNumParticipants() + " under " + claim.epoch())
                    .thenAccept(done -> {});
        }

        @Override
        public CompletionStage<Boolean> announce(NodeRecord node, Duration lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> withdraw(NodeId node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<NodeRecord>> nodes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<RoomPlace> claim(RoomName room, NodeId candidate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Optional<RoomPlace>> find(RoomName room) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Optional<RoomPlace>> findGone(RoomName room) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> revoke(RoomClaim claim) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<RoomClaim>> lost(Duration silence) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<Room>> rooms(Collection<String> names) {
            throw new UnsupportedOperationException();
        }
    }

    private final SlowDirectory directory = new SlowDirectory();
    private final List<String> lost = new ArrayList<>();
    private final RoomRegistrar registrar = new RoomRegistrar(
            new NodeId("ND_a"), directory, Runnable::run, (room, epoch) -> lost.add(room + " under " + epoch));

    private static RoomView view(int participants, long epoch) {
        Room room = Room.newBuilder().setNumParticipants(participants).build();
        return new RoomView(new RoomRecord(room, List.of(), true, Playout.NONE), List.of(), participants, epoch);
    }

    private CompletableFuture<Void> written() {
        return registrar.written(ROOM).toCompletableFuture();
    }

    @Test
    void aChangeIsWrittenOnceTheDirectoryHasIt() {
        registrar.publish(ROOM, view(0, 5));
        CompletableFuture<Void> written = written();
        assertThat(directory.writes).containsExactly("put 0 under 5");
        assertThat(written).isNotDone();
        directory.answer(true);
        assertThat(written).isCompleted();
        assertThat(written()).isCompleted();
    }

    @Test
    void changesDuringAWriteGoTogetherWithTheNext() {
        registrar.publish(ROOM, view(0, 5));
        CompletableFuture<Void> first = written();
        registrar.publish(ROOM, view(1, 5));
        registrar.publish(ROOM, view(2, 5));
        CompletableFuture<Void> second = written();
        assertThat(directory.writes).containsExactly("put 0 under 5");
        directory.answer(true);
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(directory.writes).containsExactly("put 0 under 5", "put 2 under 5");
        directory.answer(true);
        assertThat(second).isCompleted();
    }

    @Test
    void aRoomThatEndsAndBeginsAgainIsWrittenAsItIsLast() {
        registrar.publish(ROOM, view(0, 5));
        registrar.withdraw(ROOM, 5);
        directory.answer(true);
        assertThat(directory.writes).containsExactly("put 0 under 5", "release 5");
        assertThat(registrar.view(ROOM)).isNull();
        registrar.publish(ROOM, view(3, 9));
        directory.answer(true);
        directory.answer(true);
        assertThat(directory.writes).containsExactly("put 0 under 5", "release 5", "put 3 under 9");
    }

    @Test
    void aRoomThatAnotherNodeHoldsIsLost() {
        registrar.publish(ROOM, view(0, 5));
        directory.answer(false);
        assertThat(lost).containsExactly("room under 5");
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgain() {
        registrar.publish(ROOM, view(1, 5));
        CompletableFuture<Void> failed = written();
        directory.fail();
        assertThat(failed).isCompletedExceptionally();
        assertThat(written()).isNotDone();
        registrar.retry();
        directory.answer(true);
        registrar.withdraw(ROOM, 5);
        directory.fail();
        registrar.retry();
        directory.answer(true);
        registrar.retry();
        assertThat(directory.writes).containsExactly("put 1 under 5", "put 1 under 5", "release 5", "release 5");
    }

    @Test
    void aRoomIsHereUnderItsClaimAndThoseBeforeUntilItIsHandedOver() {
        assertThat(registrar.hosts(ROOM, 5)).isFalse();
        registrar.publish(ROOM, view(1, 5));
        assertThat(registrar.hosts(ROOM, 4))
                .as("the room of the name ended, and came again")
                .isTrue();
        assertThat(registrar.hosts(ROOM, 5)).isTrue();
        assertThat(registrar.hosts(ROOM, 6)).as("another's by now").isFalse();
        directory.answer(true);
        registrar.handOver(ROOM);
        assertThat(registrar.hosts(ROOM, 5)).isFalse();
    }

    /** One more write would say that the room is here. */
    @Test
    void aRoomThatIsHandedOverIsWrittenForTheLastTimeThen() {
        registrar.publish(ROOM, view(1, 5));
        CompletableFuture<Long> handedOver = registrar.handOver(ROOM).toCompletableFuture();
        registrar.publish(ROOM, view(2, 5));
        assertThat(directory.writes).as("what is under way first").containsExactly("put 1 under 5");
        directory.answer(true);
        assertThat(directory.writes).containsExactly("put 1 under 5", "hand over 2 under 5");
        registrar.publish(ROOM, view(3, 5));
        registrar.putAll();
        registrar.retry();
        assertThat(handedOver).isNotDone();
        directory.answer(true);
        assertThat(handedOver).isCompletedWithValue(5L);
        registrar.withdraw(ROOM, 5);
        assertThat(registrar.view(ROOM)).isNull();
        assertThat(registrar.isHandedOver(ROOM, 5)).isTrue();
        assertThat(directory.writes).as("nor is it released").hasSize(2);
        registrar.publish(ROOM, view(0, 6));
        assertThat(directory.writes).as("it may come back").endsWith("put 0 under 6");
    }

    @Test
    void aRoomThatEndsWhileItIsHandedOverIsReleased() {
        registrar.publish(ROOM, view(1, 5));
        directory.answer(true);
        CompletableFuture<Long> handedOver = registrar.handOver(ROOM).toCompletableFuture();
        registrar.withdraw(ROOM, 5);
        directory.answer(true);
        assertThat(directory.writes).containsExactly("put 1 under 5", "hand over 1 under 5", "release 5");
        directory.answer(true);
        assertThat(handedOver).isCompleted();
    }

    /** A node that drains asks again each second, also while the directory is slow: the second time released the room. */
    @Test
    void aRoomIsHandedOverOnceHoweverOftenThatIsAsked() {
        registrar.publish(ROOM, view(1, 5));
        directory.answer(true);
        CompletableFuture<Long> first = registrar.handOver(ROOM).toCompletableFuture();
        CompletableFuture<Long> second = registrar.handOver(ROOM).toCompletableFuture();
        directory.answer(true);
        assertThat(first).isCompletedWithValue(5L);
        assertThat(second).isCompletedWithValue(5L);
        registrar.withdraw(ROOM, 5);
        assertThat(directory.writes).containsExactly("put 1 under 5", "hand over 1 under 5");
    }

    @Test
    void aRoomStaysWhereTheDirectoryDoesNotHearOfItsHandover() {
        registrar.publish(ROOM, view(1, 5));
        directory.answer(true);
        CompletableFuture<Long> handedOver = registrar.handOver(ROOM).toCompletableFuture();
        registrar.publish(ROOM, view(2, 5));
        directory.fail();
        assertThat(handedOver).isCompletedExceptionally();
        assertThat(registrar.isHandedOver(ROOM, 5)).isFalse();
        assertThat(directory.writes).endsWith("put 2 under 5");
    }

    @Test
    void aDirectoryThatForgotIsToldOfEveryRoom() {
        registrar.publish(ROOM, view(1, 5));
        registrar.publish(new RoomName("other"), view(2, 6));
        directory.answer(true);
        directory.answer(true);
        directory.writes.clear();
        registrar.putAll();
        assertThat(directory.writes).containsExactlyInAnyOrder("put 1 under 5", "put 2 under 6");
    }
}
