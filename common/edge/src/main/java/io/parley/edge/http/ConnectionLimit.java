// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * The connections of one HTTP port, and how many of them may be without a whole request under way (idle ones, and heads
 * that drip in). Of these the one that waits longest makes room for the next, so that those who hold connections can't
 * keep out those who use them, and what heads take of memory is bounded; only where all are in use none is taken. One client
 * may use its share of them and no more; it is told so with 429. Safe for any threads.
 */
public final class ConnectionLimit {
    /** The rest is for the other ports, for media, and for what the process opens itself. */
    private static final double SHARE_OF_DESCRIPTORS = 0.75;

    private final int max;
    private final int maxWaiting;
    private final Duration requestTimeout;
    private final @Nullable ClientShares shares;
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder turnedAway = new LongAdder();

    /** Longest waiting first. Guarded by itself. */
    private final LinkedHashSet<Channel> waiting = new LinkedHashSet<>();

    /**
     * @param max lowered to what the process has descriptors for
     * @param maxWaiting of these, without a whole request under way
     * @param requestTimeout within which a body follows its head, whether or not anybody reads it
     * @param shares of connections in use that one client has; null where that is no matter
     */
    public ConnectionLimit(int max, int maxWaiting, Duration requestTimeout, @Nullable ClientShares shares) {
        this.max = (int) Math.min(max, descriptors() * SHARE_OF_DESCRIPTORS);
        this.maxWaiting = maxWaiting;
        this.requestTimeout = requestTimeout;
        this.shares = shares;
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    int open() {
        return open.get();
    }

    /** Connections that were closed for the sake of others. */
    long turnedAway() {
        return turnedAway.sum();
    }

    /** A connection begins. Its pipeline has the HTTP codec. */
    void watch(Channel channel) {
        int count = open.incrementAndGet();
        Watch watch = new Watch();
        channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            onRequest(channel);
            watch.giveBack();
        });
        if (count > max && !makeRoom(0)) {
            turnAway(channel);
            return;
        }
        onWaiting(channel);
        channel.pipeline().addAfter(NettyPipeline.HttpCodec, null, watch);
    }

    private void onWaiting(Channel channel) {
        synchronized (waiting) {
            waiting.add(channel);
        }
        makeRoom(maxWaiting);
    }

    /** Turns the one away that waits longest, if more wait than may. */
    private boolean makeRoom(int mayWait) {
        Channel longest;
        synchronized (waiting) {
            if (waiting.size() <= mayWait) {
                return false;
            }
            longest = waiting.removeFirst();
        }
        turnAway(longest);
        return true;
    }

    private void turnAway(Channel channel) {
        turnedAway.increment();
        channel.close();
    }

    private void onRequest(Channel channel) {
        synchronized (waiting) {
            waiting.remove(channel);
        }
    }

    /** Follows one connection from head to response, until it is no HTTP connection any more. On its loop. */
    private final class Watch extends ChannelDuplexHandler {
        /** Whose share this connection is of while it is in use. */
        private @Nullable ClientNetwork client;

        /** What still comes is nobody's. */
        private boolean isRefused;

        /** Requests without their response: there are several where a client does not wait. */
        private int underWay;

        /** Between a head and the end of its body. */
        private boolean isBodyDue;

        private @Nullable Future<?> bodyTimeout;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!isRefused && message instanceof HttpRequest request) {
                isRefused = !mayBeUsed(context, request);
            }
            if (isRefused) {
                ReferenceCountUtil.release(message);
                return;
            }
            if (message instanceof HttpRequest) {
                isBodyDue = true;
                underWay++;
                onRequest(context.channel());
            }
            if (message instanceof LastHttpContent) {
                isBodyDue = false;
                stopBodyTimeout();
            }
            context.fireChannelRead(message);
        }

        private boolean mayBeUsed(ChannelHandlerContext context, HttpRequest request) {
            if (shares == null || client != null) {
                return true;
            }
            ClientNetwork asking = shares.client(context.channel(), request);
            if (shares.tryTake(asking)) {
                client = asking;
                return true;
            }
            turnedAway.increment();
            context.writeAndFlush(shares.refusal()).addListener(ChannelFutureListener.CLOSE);
            return false;
        }

        void giveBack() {
            if (shares != null && client != null) {
                shares.giveBack(client);
                client = null;
            }
        }

        /** Most requests have no body, or come whole: they need no timer. */
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (isBodyDue && bodyTimeout == null) {
                bodyTimeout = context.executor()
                        .schedule(() -> turnAway(context.channel()), requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
            }
            context.fireChannelReadComplete();
        }

        @Override
        public void write(ChannelHandlerContext context, @Nullable Object message, ChannelPromise promise) {
            if (message instanceof HttpResponse response
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                    context.pipeline().remove(this);
                }
            } else if (message instanceof LastHttpContent
                    && --underWay == 0
                    && context.channel().isActive()) {
                giveBack();
                onWaiting(context.channel());
            }
            context.write(message, promise);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            stopBodyTimeout();
        }

        private void stopBodyTimeout() {
            if (bodyTimeout != null) {
                bodyTimeout.cancel(false);
                bodyTimeout = null;
            }
        }
    }
}
