// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.cluster.SignalLink;
import io.parley.engine.seat.SignalSink;
import io.parley.rtc.sdp.SessionDescription;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responses of one seat on their way to the client: queued by the loop, encoded in order on another thread. A client
 * that is too slow loses its stream, not our memory.
 */
final class SignalOutbox implements SignalSink {
    private static final int MAX_QUEUED = 2048;

    /**
     * The Go SDK (2.18.1) reads signal messages before it has set the offer of its join request as local description, and
     * gives up if the answer is faster than that. Its first candidate says that it has; one without candidates gets the
     * answer after this time.
     */
    private static final Duration MAX_ANSWER_DELAY = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(SignalOutbox.class);

    private sealed interface Item {
        record Message(SignalResponse response) implements Item {}

        record Answer(SessionDescription sdp, int offerId, Map<String, String> midToTrackSid) implements Item {}

        record Offer(SessionDescription sdp, int offerId, Map<String, String> midToTrackSid) implements Item {}

        record Claims(RoomName room, ParticipantInfo participant) implements Item {}

        record RoomMoved(RoomMovedResponse response) implements Item {}

        record Refusal(ApiError error) implements Item {}

        record End() implements Item {}
    }

    private final SignalLink.Listener listener;
    private final Executor executor;

    /** Opens when the client may be answered. */
    private final CountDownLatch answerable;

    private final ConcurrentLinkedQueue<Item> queue = new ConcurrentLinkedQueue<>();

    /** Items queued and not yet handled; the one who raises it from zero starts a drain. */
    private final AtomicInteger queued = new AtomicInteger();

    /** Set once too much waits, or nothing can be handed on: the stream ends. Two threads may both see it unset, and add one more. */
    private volatile boolean isOver;

    /** @param holdsAnswer whether the first answer waits for the client's first candidate */
    SignalOutbox(SignalLink.Listener listener, Executor executor, boolean holdsAnswer) {
        this.listener = listener;
        this.executor = executor;
        this.answerable = new CountDownLatch(holdsAnswer ? 1 : 0);
    }

    /** The client sent a candidate, so it has set its offer. */
    void onTrickle() {
        answerable.countDown();
    }

    @Override
    public void send(SignalResponse response) {
        add(new Item.Message(response));
    }

    @Override
    public void sendAnswer(SessionDescription answer, int offerId, Map<String, String> midToTrackSid) {
        add(new Item.Answer(answer, offerId, midToTrackSid));
    }

    @Override
    public void sendOffer(SessionDescription offer, int offerId, Map<String, String> midToTrackSid) {
        add(new Item.Offer(offer, offerId, midToTrackSid));
    }

    @Override
    public void sendClaims(RoomName room, ParticipantInfo participant) {
        add(new Item.Claims(room, participant));
    }

    @Override
    public void sendRoomMoved(RoomMovedResponse moved) {
        add(new Item.RoomMoved(moved));
    }

    @Override
    public void refuse(ApiError error) {
        add(new Item.Refusal(error));
    }

    @Override
    public void close() {
        add(new Item.End());
    }

    private void add(Item item) {
        if (isOver) {
            return;
        }
        boolean isFull = queued.get() >= MAX_QUEUED;
        if (isFull) {
            isOver = true;
        }
        queue.add(isFull ? new Item.End() : item);
        if (queued.getAndIncrement() == 0) {
            executor.execute(this::drain);
        }
    }

    private void drain() {
        int handled;
        do {
            handled = 0;
            for (Item item = queue.poll(); item != null; item = queue.poll()) {
                if (!tryHandle(item)) {
                    queue.clear();
                    return;
                }
                handled++;
            }
        } while (queued.addAndGet(-handled) > 0);
    }

    private boolean tryHandle(Item item) {
        try {
            handle(item);
            return true;
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a signal response could not be handed on: its stream ends");
            isOver = true;
            listener.onClosed();
            return false;
        }
    }

    private void handle(Item item) {
        switch (item) {
            case Item.Message(SignalResponse response) -> listener.onResponse(response.toByteArray());
            case Item.Answer(SessionDescription sdp, int offerId, Map<String, String> midToTrackSid) -> {
                holdAnswer();
                listener.onResponse(SignalResponse.newBuilder()
                        .setAnswer(description("answer", sdp, offerId, midToTrackSid))
                        .build()
                        .toByteArray());
            }
            case Item.Offer(SessionDescription sdp, int offerId, Map<String, String> midToTrackSid) ->
                listener.onResponse(SignalResponse.newBuilder()
                        .setOffer(description("offer", sdp, offerId, midToTrackSid))
                        .build()
                        .toByteArray());
            case Item.Claims(RoomName room, ParticipantInfo participant) -> listener.onClaims(room, participant);
            case Item.RoomMoved(RoomMovedResponse moved) -> listener.onRoomMoved(moved);
            case Item.Refusal(ApiError error) -> listener.onRefused(error);
            case Item.End end -> listener.onClosed();
        }
    }

    private static LivekitRtc.SessionDescription description(
            String type, SessionDescription sdp, int id, Map<String, String> midToTrackSid) {
        return LivekitRtc.SessionDescription.newBuilder()
                .setType(type)
                .setSdp(sdp.format())
                .setId(id)
                .putAllMidToTrackId(midToTrackSid)
                .build();
    }

    private void holdAnswer() {
        try {
            if (!answerable.await(MAX_ANSWER_DELAY.toMillis(), TimeUnit.MILLISECONDS)) {
                answerable.countDown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
