// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.Directory;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeAnnouncerTest {
    private interface Failure {
        Object happen() throws Throwable;
    }

    private final Directory directory = new InMemoryDirectory(System::currentTimeMillis);
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch heard = new CountDownLatch(1);

    /** The directory, once the failures are used up. */
    private final Directory failing = (Directory) Proxy.newProxyInstance(
            Directory.class.getClassLoader(), new Class<?>[] {Directory.class}, (proxy, method, arguments) -> {
                Failure failure = method.getName().equals("announce") ? failures.poll() : null;
                if (failure != null) {
                    return failure.happen();
                }
                try {
                    Object result = method.invoke(directory, arguments);
                    heard.countDown();
                    return result;
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });

    /**
     * Anything but a directory that can't be reached ended the announcing thread without a word: the lease ended, and other
     * nodes took the rooms of one that was well.
     */
    @Test
    void goesOnAnnouncingWhateverWentWrong() throws Exception {
        failures.add(() -> {
            throw new IllegalStateException("a bug at the first announcement");
        });
        failures.add(() -> {
            throw new StackOverflowError("an error");
        });
        failures.add(() -> CompletableFuture.failedFuture(new OutOfMemoryError("not really")));
        failures.add(() ->
                CompletableFuture.failedFuture(new ApiError(ErrorCode.UNAVAILABLE, "no directory", ApiError.Fault.US)));
        failures.add(() -> {
            throw new IllegalStateException("another bug");
        });
        try (SfuNode node = new SfuNode(SfuNodeTest.settings(1, 0), directory, new InMemoryEventLog());
                NodeAnnouncer announcer = new NodeAnnouncer(node, failing, "127.0.0.1:1")) {
            assertThat(announcer.isAnnounced()).isFalse();
            assertThat(heard.await(30, TimeUnit.SECONDS))
                    .as("announced in the end")
                    .isTrue();
            assertThat(directory.nodes().toCompletableFuture().join()).hasSize(1);
        }
    }
}
