// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.grpc;

import io.grpc.stub.CallStreamObserver;
import io.parley.cluster.FrameQueue;
import java.util.function.Function;

/**
 * One direction of a signal stream: frames go out while the other side reads, and wait in a bounded queue while it does
 * not. Safe for any threads.
 *
 * @param <M> the message that carries a frame
 */
final class OutboundFrames<M> {
    private final CallStreamObserver<M> call;
    private final Function<byte[], M> message;
    private final FrameQueue waiting = new FrameQueue(System::nanoTime);
    private boolean isEnding;
    private boolean isEnded;

    OutboundFrames(CallStreamObserver<M> call, Function<byte[], M> message) {
        this.call = call;
        this.message = message;
    }

    /** @return false if the other side is too slow to follow: the stream has to be broken off */
    synchronized boolean send(byte[] frame) {
        if (isEnding) {
            return true;
        }
        boolean isQueued = waiting.offer(frame);
        drain();
        return isQueued;
    }

    /** The other side reads again. */
    synchronized void drain() {
        while (!isEnded && call.isReady()) {
            byte[] frame = waiting.poll();
            if (frame == null) {
                break;
            }
            call.onNext(message.apply(frame));
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
