// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.LogThrottle;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.ReactiveRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.serializer.RedisSerializationContext;
import org.springframework.data.redis.serializer.RedisSerializer;

/** Runs the Lua scripts of one folder of this class's resources, each with the folder's {@code prelude.lua} before it. */
final class RedisScripts {
    private final ReactiveRedisTemplate<String, byte[]> redis;
    private final LogThrottle failures = new LogThrottle();
    private final List<String> keys;
    private final String subject;
    private final Logger log;

    /**
     * @param keys what each script gets as KEYS
     * @param subject what can't be reached when Redis can't
     */
    RedisScripts(ReactiveRedisConnectionFactory connections, List<String> keys, String subject, Logger log) {
        this.keys = keys;
        this.subject = subject;
        this.log = log;
        redis = new ReactiveRedisTemplate<>(
                connections,
                RedisSerializationContext.<String, byte[]>newSerializationContext(RedisSerializer.string())
                        .value(RedisSerializer.byteArray())
                        .build());
    }

    /** @param folder "" or ending with a slash */
    static <T> RedisScript<T> script(String folder, String name, Class<T> result) {
        return RedisScript.of(read(folder + "prelude") + read(folder + name), result);
    }

    @SuppressWarnings("unchecked") // the elements are byte[] or Long, which each caller knows
    static RedisScript<List<Object>> listScript(String folder, String name) {
        return (RedisScript<List<Object>>) (RedisScript<?>) script(folder, name, List.class);
    }

    /**
     * A script as a function that is called for many lists of arguments, each after its length. Its result is the list of
     * theirs, which may be lists.
     */
    @SuppressWarnings("unchecked")
    static RedisScript<List<Object>> manyScript(String folder, String name) {
        String many = read(folder + "prelude") + "local function one(ARGV)\n" + read(folder + name) + """
                end
                local results, at = {}, 1
                while at <= #ARGV do
                  local arguments = {}
                  for i = 1, tonumber(ARGV[at]) do
                    arguments[i] = ARGV[at + i]
                  end
                  at = at + 1 + #arguments
                  table.insert(results, one(arguments))
                end
                return results
                """;
        return (RedisScript<List<Object>>) (RedisScript<?>) RedisScript.of(many, List.class);
    }

    private static String read(String name) {
        try (InputStream in = RedisScripts.class.getResourceAsStream(name + ".lua")) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the elements of a script's list, or its one result */
    CompletionStage<List<Object>> run(RedisScript<?> script, List<byte[]> arguments) {
        return redis.execute(script, keys, arguments)
                .<Object>map(Function.identity())
                .collectList()
                .toFuture()
                .handle((results, error) -> {
                    if (error != null || results == null) {
                        say(error);
                        throw new ApiError(
                                ErrorCode.UNAVAILABLE, "the " + subject + " can't be reached", ApiError.Fault.US);
                    }
                    return flatten(results);
                });
    }

    /** Redis says what it does not like: a wrong password, a script, no memory. The message repeats no secret. */
    private void say(@Nullable Throwable error) {
        if (failures.tryPass()) {
            log.atWarn()
                    .addKeyValue(
                            "cause", error == null ? "no answer" : NestedExceptionUtils.getMostSpecificCause(error))
                    .log(
                            "the {} can't be used: is a Redis at parley.cluster.redis-url, and does it take the user and"
                                    + " password there?",
                            subject);
        }
    }

    private static List<Object> flatten(List<Object> results) {
        List<Object> elements = new ArrayList<>();
        for (Object result : results) {
            if (result instanceof List<?> list) {
                elements.addAll(list);
            } else {
                elements.add(result);
            }
        }
        return elements;
    }

    static boolean isOne(Object result) {
        return result.equals(1L);
    }

    static String text(Object value) {
        return new String((byte[]) value, UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
