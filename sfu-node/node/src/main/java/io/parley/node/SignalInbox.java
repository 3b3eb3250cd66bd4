// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.id.ParticipantSid;
import io.parley.cluster.SignalLink;
import io.parley.engine.seat.Answer;
import io.parley.engine.seat.Offer;
import io.parley.engine.signal.SignalInput;
import io.parley.rtc.sdp.SdpException;
import io.parley.rtc.sdp.SessionDescription;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import livekit.LivekitRtc;
import livekit.LivekitRtc.Ping;
import livekit.LivekitRtc.Pong;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's requests: parsed on the caller's thread, then handed to the seat's shard in order. */
final class SignalInbox implements SignalLink.Requests {
    private static final Logger log = LoggerFactory.getLogger(SignalInbox.class);

    /** Requests that wait for the seat's shard, and their bytes: a client that sends more than that loses its stream. */
    static final int MAX_QUEUED = 1024;

    static final int MAX_QUEUED_BYTES = 4 << 20;

    private record Queued(SignalInput input, int bytes) {}

    private final SignalOutbox outbox;

    /** Null while a client that resumes has its seat looked for. */
    private @Nullable LoopQueue<Queued> queue;

    private int queued;
    private int queuedBytes;
    private boolean isClosed;

    SignalInbox(SignalOutbox outbox) {
        this.outbox = outbox;
    }

    /** Says where requests go. Clients send none before they had a response, but they may leave. */
    void bind(ParticipantSid sid, ShardLoop shard) {
        bind(
                task -> shard.wakeUp((nowNs, target) -> task.accept(nowNs)),
                (nowNs, input) -> shard.onSignal(nowNs, sid, input));
    }

    /** @param loop runs what it is given on the seat's loop, later and always */
    synchronized void bind(Consumer<LongConsumer> loop, LoopQueue.Handler<SignalInput> seat) {
        queue = new LoopQueue<>(loop, (nowNs, next) -> {
            release(next);
            seat.handle(nowNs, next.input);
        });
        if (isClosed) {
            queue.add(new Queued(new SignalInput.Closed(outbox), 0));
        }
    }

    @Override
    public void send(byte[] frame) {
        SignalRequest request;
        try {
            request = SignalRequest.parseFrom(frame);
        } catch (InvalidProtocolBufferException e) {
            log.atDebug().log("signal frame is no SignalRequest");
            return;
        }
        switch (request.getMessageCase()) {
            case PING -> {
                outbox.send(SignalResponse.newBuilder()
                        .setPong(System.currentTimeMillis())
                        .build());
                deliver(new SignalInput.SignOfLife(), frame.length);
            }
            case PING_REQ -> {
                outbox.send(pong(request.getPingReq()));
                deliver(new SignalInput.SignOfLife(), frame.length);
            }
            case OFFER -> deliver(parseOffer(request.getOffer()), frame.length);
            case ANSWER -> deliver(parseAnswer(request.getAnswer()), frame.length);
            case TRICKLE -> {
                outbox.onTrickle(); // the candidate itself says nothing to us, who learn from checks
            }
            default -> deliver(new SignalInput.Request(request), frame.length);
        }
    }

    private static SignalResponse pong(Ping ping) {
        return SignalResponse.newBuilder()
                .setPongResp(Pong.newBuilder()
                        .setLastPingTimestamp(ping.getTimestamp())
                        .setTimestamp(System.currentTimeMillis()))
                .build();
    }

    /** Off the loop: SDP of many sections takes a while. */
    static SignalInput parseOffer(LivekitRtc.SessionDescription offer) {
        return parse(offer, sdp -> new SignalInput.OfferMade(new Offer(sdp, offer.getId())));
    }

    private static SignalInput parseAnswer(LivekitRtc.SessionDescription answer) {
        return parse(answer, sdp -> new SignalInput.AnswerMade(new Answer(sdp, answer.getId())));
    }

    private static SignalInput parse(
            LivekitRtc.SessionDescription description, Function<SessionDescription, SignalInput> input) {
        try {
            return input.apply(SessionDescription.parse(description.getSdp()));
        } catch (SdpException e) {
            log.atInfo().addKeyValue("reason", e.getMessage()).log("description refused");
            return new SignalInput.BadDescription();
        }
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            if (queue != null) {
                queue.add(new Queued(new SignalInput.Closed(outbox), 0));
            }
        }
    }

    private void deliver(SignalInput input, int bytes) {
        if (!tryQueue(input, bytes)) {
            // A request lost would leave client and server of two minds: end the stream, the client reconnects.
            outbox.close();
            close();
        }
    }

    /** @return false if there is no room */
    private synchronized boolean tryQueue(SignalInput input, int bytes) {
        if (queue == null || isClosed) {
            return true; // nobody is of any mind
        }
        if (queued == MAX_QUEUED || queuedBytes + bytes > MAX_QUEUED_BYTES) {
            return false;
        }
        queued++;
        queuedBytes += bytes;
        queue.add(new Queued(input, bytes));
        return true;
    }

    private synchronized void release(Queued handled) {
        if (!(handled.input instanceof SignalInput.Closed)) {
            queued--;
            queuedBytes -= handled.bytes;
        }
    }
}
