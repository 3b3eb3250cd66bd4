// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.net;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One thread with its sockets, its timer and its bounded command queue. Everything of a shard happens here; other
 * threads reach it only by {@link #tryExecute}.
 */
public final class MediaLoop implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int MAX_QUEUED_COMMANDS = 65_536;
    private static final long ORIGIN_NS = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final LoopHandler handler;
    private final Consumer<Throwable> onBug;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private @Nullable ScheduledFuture<?> timer;
    private long timerAtNs = NEVER;

    /**
     * @param onBug told of what the handler or a command threw; the loop goes on with its next input. Errors too: a stack
     *     that one input overflowed is whole again. Out of memory is for the JVM to end (-XX:+ExitOnOutOfMemoryError).
     */
    public MediaLoop(String name, LoopHandler handler, Consumer<Throwable> onBug) {
        ThreadFactory threads = task -> new Thread(task, name);
        this.group = new MultiThreadIoEventLoopGroup(1, threads, ioHandler());
        this.loop = group.next();
        this.handler = handler;
        this.onBug = onBug;
    }

    /** Whether sockets use epoll (Linux) with recvmmsg and sendmmsg. */
    public static boolean isNative() {
        return Epoll.isAvailable();
    }

    private static IoHandlerFactory ioHandler() {
        return isNative() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    /** The clock that all loops of this process share: monotone nanoseconds, positive, from shortly before its start. */
    public static long nowNs() {
        return System.nanoTime() - ORIGIN_NS;
    }

    /**
     * Runs a command on the loop with the time of its run.
     *
     * @return false if the queue is full; the command will not run
     */
    public boolean tryExecute(LongConsumer command) {
        if (queued.incrementAndGet() > MAX_QUEUED_COMMANDS) {
            queued.decrementAndGet();
            refused.incrementAndGet();
            return false;
        }
        loop.execute(() -> {
            queued.decrementAndGet();
            run(command);
        });
        return true;
    }

    /** Runs a wake-up on the loop, however full its queue is: each source has at most one under way. */
    public void wakeUp(LongConsumer command) {
        loop.execute(() -> run(command));
    }

    /** Commands refused by a full queue since the start. */
    public long refusedCommands() {
        return refused.get();
    }

    EventLoop eventLoop() {
        return loop;
    }

    void onSocketError(Throwable cause) {
        if (!(cause instanceof IOException)) {
            onBug.accept(cause);
        }
    }

    void run(LongConsumer work) {
        long nowNs = nowNs();
        try {
            work.accept(nowNs);
        } catch (RuntimeException | Error e) {
            onBug.accept(e);
        }
        endBatch(nowNs);
    }

    void endBatch(long nowNs) {
        try {
            handler.onBatchEnd(nowNs);
        } catch (RuntimeException | Error e) {
            onBug.accept(e);
        }
        schedule(nowNs, handler.nextDeadlineNs());
    }

    private void schedule(long nowNs, long deadlineNs) {
        if (deadlineNs == NEVER || (timerAtNs != NEVER && deadlineNs - timerAtNs >= 0)) {
            return; // nothing to do, or the timer fires early enough and looks again
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAtNs = deadlineNs;
        timer = loop.schedule(this::onTimer, Math.max(0, deadlineNs - nowNs), TimeUnit.NANOSECONDS);
    }

    private void onTimer() {
        timer = null;
        timerAtNs = NEVER;
        run(handler::onDeadline);
    }

    /** Stops the thread and closes its sockets. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
