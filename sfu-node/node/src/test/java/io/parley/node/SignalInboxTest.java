// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import io.parley.engine.signal.SignalInput;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.Ping;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.UpdateParticipantMetadata;
import org.junit.jupiter.api.Test;

class SignalInboxTest {
    private final ArrayDeque<LongConsumer> loop = new ArrayDeque<>();
    private final List<SignalInput> handled = new ArrayList<>();
    private Runnable onClosed = () -> {};
    private final FrontDoor door = new FrontDoor() {
        @Override
        public void onClosed() {
            super.onClosed();
            onClosed.run();
        }
    };
    private final SignalOutbox outbox = new SignalOutbox(door, Runnable::run, false);
    private final SignalInbox inbox = new SignalInbox(outbox);

    /** Anybody with a token: 65,536 requests sent faster than the loop takes them left no room for anybody's join. */
    @Test
    void aStreamThatFloodsEndsAndTakesOnePlaceInTheLoop() {
        bind();
        byte[] frame = SignalRequest.newBuilder()
                .setMute(MuteTrackRequest.newBuilder().setSid("TR_x"))
                .build()
                .toByteArray();
        for (int i = 0; i < 100_000; i++) {
            inbox.send(frame);
        }
        assertThat(loop).hasSize(1);
        assertThat(door.isClosed()).isTrue();
        run();
        assertThat(handled).hasSize(SignalInbox.MAX_QUEUED + 1);
        assertThat(handled.getLast()).isEqualTo(new SignalInput.Closed(outbox));
        inbox.close();
        run();
        assertThat(handled).as("it is closed once").hasSize(SignalInbox.MAX_QUEUED + 1);
    }

    /** What a seat told its client well before that, it need not tell it again when it resumes (LiveKit #4910). */
    @Test
    void aPingIsAnsweredAtOnceAndASignOfLife() {
        bind();
        inbox.send(SignalRequest.newBuilder().setPing(1).build().toByteArray());
        inbox.send(SignalRequest.newBuilder()
                .setPingReq(Ping.newBuilder().setTimestamp(7))
                .build()
                .toByteArray());
        assertThat(door.responses()).hasSize(2);
        assertThat(door.responses().getLast().getPongResp().getLastPingTimestamp())
                .isEqualTo(7);
        run();
        assertThat(handled).containsExactly(new SignalInput.SignOfLife(), new SignalInput.SignOfLife());
    }

    /** What hears of the end may wait for whoever closes the stream at that moment. */
    @Test
    void nothingIsHeldWhileAFloodedStreamEnds() {
        bind();
        onClosed = () -> {
            Thread other = Thread.ofPlatform().daemon().start(inbox::close);
            Uninterruptibles.joinUninterruptibly(other, Duration.ofSeconds(20));
            assertThat(other.isAlive()).isFalse();
        };
        byte[] frame = SignalRequest.newBuilder()
                .setMute(MuteTrackRequest.newBuilder().setSid("TR_x"))
                .build()
                .toByteArray();
        for (int i = 0; i <= SignalInbox.MAX_QUEUED; i++) {
            inbox.send(frame);
        }
        assertThat(door.isClosed()).isTrue();
    }

    @Test
    void aStreamOfHugeRequestsEnds() {
        bind();
        byte[] frame = SignalRequest.newBuilder()
                .setUpdateMetadata(UpdateParticipantMetadata.newBuilder().setMetadata("x".repeat(1 << 20)))
                .build()
                .toByteArray();
        for (int i = 0; i < 10; i++) {
            inbox.send(frame);
        }
        assertThat(door.isClosed()).isTrue();
        run();
        assertThat(handled.size()).isLessThanOrEqualTo(SignalInbox.MAX_QUEUED_BYTES / frame.length + 1);
    }

    @Test
    void whatIsHandledMakesRoom() {
        bind();
        byte[] frame = SignalRequest.newBuilder()
                .setMute(MuteTrackRequest.newBuilder().setSid("TR_x"))
                .build()
                .toByteArray();
        for (int i = 0; i < 10 * SignalInbox.MAX_QUEUED; i++) {
            inbox.send(frame);
            run();
        }
        assertThat(handled).hasSize(10 * SignalInbox.MAX_QUEUED);
        assertThat(door.isClosed()).isFalse();
    }

    @Test
    void aStreamClosedBeforeItsSeatWasFoundIsClosedThere() {
        inbox.close();
        bind();
        run();
        assertThat(handled).containsExactly(new SignalInput.Closed(outbox));
    }

    private void bind() {
        inbox.bind(loop::add, (nowNs, input) -> handled.add(input));
    }

    private void run() {
        while (!loop.isEmpty()) {
            loop.remove().accept(0);
        }
    }
}
