// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.RoomName;
import io.parley.rtc.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.Test;

class SignalOutboxTest {
    private final FrontDoor door = new FrontDoor();

    @Test
    void keepsTheOrderOfResponsesAnswersAndTheEnd() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            SignalOutbox outbox = new SignalOutbox(door, executor, false);
            for (int i = 1; i <= 500; i++) {
                outbox.send(pong(i));
            }
            outbox.sendAnswer(new SessionDescription(1, 1), 7, Map.of("0", "TR_x"));
            outbox.close();
            executor.shutdown();
            assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        List<SignalResponse> heard = door.responses();
        assertThat(heard).hasSize(501);
        for (int i = 1; i <= 500; i++) {
            assertThat(heard.get(i - 1).getPong()).isEqualTo(i);
        }
        assertThat(heard.getLast().getAnswer().getId()).isEqualTo(7);
        assertThat(heard.getLast().getAnswer().getMidToTrackIdMap()).containsEntry("0", "TR_x");
        assertThat(door.heard).hasSize(502).last().isEqualTo(FrontDoor.End.CLOSED);
    }

    /** A client that reads nothing costs it its stream, not our memory. */
    @Test
    void endsTheStreamOfAClientThatDoesNotFollow() {
        List<Runnable> held = new ArrayList<>();
        SignalOutbox outbox = new SignalOutbox(door, held::add, false);
        for (int i = 0; i < 10_000; i++) {
            outbox.send(pong(i));
        }
        held.forEach(Runnable::run);
        assertThat(door.isClosed()).isTrue();
        assertThat(door.heard).hasSizeLessThan(3000);
    }

    /** It stopped for good at the first response that could not be handed on, and said nothing, not even that it was over. */
    @Test
    void endsTheStreamThatCanNotBeHandedAResponse() {
        FrontDoor broken = new FrontDoor() {
            @Override
            public void onClaims(RoomName room, ParticipantInfo participant) {
                throw new IllegalStateException("a bug");
            }
        };
        List<Runnable> held = new ArrayList<>();
        SignalOutbox outbox = new SignalOutbox(broken, held::add, false);
        outbox.sendClaims(new RoomName("room"), ParticipantInfo.getDefaultInstance());
        outbox.send(pong(1));
        held.forEach(Runnable::run);
        assertThat(broken.heard).containsExactly(FrontDoor.End.CLOSED);
        outbox.send(pong(2));
        assertThat(held).as("nothing follows").hasSize(1);
    }

    private static SignalResponse pong(long value) {
        return SignalResponse.newBuilder().setPong(value).build();
    }

    @Test
    void aRefusalReachesTheFrontDoor() {
        SignalOutbox outbox = new SignalOutbox(door, Runnable::run, false);
        outbox.refuse(ApiError.ofCaller(ErrorCode.NOT_FOUND, "no"));
        assertThat(door.heard).singleElement().isInstanceOf(ApiError.class);
    }

    /** The Go SDK gives up if it is answered before it has set its own offer, which its first candidate tells. */
    @Test
    void aGoClientIsAnsweredAfterItsFirstCandidate() throws Exception {
        List<Thread> drains = new ArrayList<>();
        SignalOutbox outbox =
                new SignalOutbox(door, work -> drains.add(Thread.ofPlatform().start(work)), true);
        outbox.sendAnswer(new SessionDescription(1, 1), 7, Map.of());
        Thread drain = drains.getFirst();
        while (drain.isAlive() && drain.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(door.heard).isEmpty();
        outbox.onTrickle();
        drain.join(10_000);
        assertThat(door.heard).hasSize(1);
    }
}
