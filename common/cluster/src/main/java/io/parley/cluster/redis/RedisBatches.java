// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * One script ({@link RedisScripts#manyScript}) for many callers: the first goes to Redis at once, and those that come while it is on its
 * way go together once it is back. So a burst of thousands is not as many commands, of which the last are answered after
 * their timeout. Safe for any threads.
 */
final class RedisBatches {
    /** Nothing else happens in Redis meanwhile. */
    static final int MAX = 64;

    private record Call(List<byte[]> arguments, CompletableFuture<Object> result) {}

    private final RedisScripts scripts;
    private final RedisScript<List<Object>> script;

    /** Bounded by what callers have under way. */
    private final Queue<Call> waiting = new ArrayDeque<>();

    private boolean isUnderWay;

    RedisBatches(RedisScripts scripts, RedisScript<List<Object>> script) {
        this.scripts = scripts;
        this.script = script;
    }

    /** @return the script's result for these arguments; whoever waits for it does not do so on the thread that completes it */
    CompletionStage<Object> run(List<byte[]> arguments) {
        Call call = new Call(arguments, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(call);
            if (isUnderWay) {
                return call.result;
            }
            isUnderWay = true;
        }
        send();
        return call.result;
    }

    private void send() {
        List<Call> batch = next();
        if (batch.isEmpty()) {
            return;
        }
        List<byte[]> arguments = new ArrayList<>();
        batch.forEach(call -> {
            arguments.add(RedisScripts.bytes(call.arguments.size()));
            arguments.addAll(call.arguments);
        });
        scripts.run(script, arguments).whenComplete((results, error) -> {
            for (int i = 0; i < batch.size(); i++) {
                if (error == null) {
                    batch.get(i).result.complete(results.get(i));
                } else {
                    batch.get(i).result.completeExceptionally(error);
                }
            }
            send();
        });
    }

    private synchronized List<Call> next() {
        List<Call> batch = new ArrayList<>();
        while (batch.size() < MAX && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        isUnderWay = !batch.isEmpty();
        return batch;
    }
}
