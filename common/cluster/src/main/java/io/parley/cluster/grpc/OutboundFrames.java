// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.parley.cluster.FrameQueue;

/**
 * One direction of a signal stream: frames go out while the other side reads, and wait in a bounded queue while it does
 * not. Safe for any threads.
 *
 * @param <M> the message that carries a frame
 */
final class OutboundFrames<M extends MessageLite> {
    private final CallStreamObserver<M> call;
    private final Status ifTooSlow;
    private final FrameQueue<M> waiting = new FrameQueue<>(System::nanoTime, MessageLite::getSerializedSize);
    private boolean isEnding;
    private boolean isEnded;

    /** @param ifTooSlow what the stream is broken off with if the other side does not follow */
    OutboundFrames(CallStreamObserver<M> call, Status ifTooSlow) {
        this.call = call;
        this.ifTooSlow = ifTooSlow;
        call.setOnReadyHandler(this::drain);
    }

    /** @return false if the other side is too slow to follow: the stream is broken off */
    synchronized boolean send(M frame) {
        if (isEnding) {
            return true;
        }
        boolean isQueued = waiting.offer(frame);
        drain();
        if (!isQueued) {
            breakOff(ifTooSlow.asRuntimeException());
        }
        return isQueued;
    }

    /** The other side reads again. */
    private synchronized void drain() {
        while (!isEnded && call.isReady()) {
            M frame = waiting.poll();
            if (frame == null) {
                break;
            }
            call.onNext(frame);
        }
        if (isEnding && !isEnded && waiting.isEmpty()) {
            isEnded = true;
            call.onCompleted();
        }
    }

    /** Ends the stream once what waits is out. */
    synchronized void end() {
        isEnding = true;
        drain();
    }

    /** Ends the stream at once. */
    synchronized void breakOff(Throwable reason) {
        if (!isEnded) {
            isEnding = true;
            isEnded = true;
            call.onError(reason);
        }
    }
}
