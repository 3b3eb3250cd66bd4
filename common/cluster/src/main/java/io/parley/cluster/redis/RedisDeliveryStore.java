// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import static io.parley.cluster.redis.RedisScripts.bytes;
import static io.parley.cluster.redis.RedisScripts.isOne;
import static io.parley.cluster.redis.RedisScripts.text;

import com.google.gson.Gson;
import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.KeyProgress;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import livekit.LivekitModels.ParticipantInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The store of deliveries in Redis (5 or later), by the clock of Redis. What the keys hold is in {@code webhooks/prelude.lua}.
 * Rows are JSON.
 */
public final class RedisDeliveryStore implements DeliveryStore {
    private static final Logger log = LoggerFactory.getLogger(RedisDeliveryStore.class);
    private static final List<String> KEYS = List.of("{parley}:webhooks");
    private static final Gson GSON = new Gson();

    private static final RedisScript<List<Object>> ENDPOINTS = listScript("endpoints");
    private static final RedisScript<Long> VERSION = script("version");
    private static final RedisScript<Long> PUT = script("put");
    private static final RedisScript<Long> CONFIGURE = script("configure");
    private static final RedisScript<Long> REMOVE = script("remove");
    private static final RedisScript<Long> SWITCH_OFF = script("switch_off");
    private static final RedisScript<Long> SWITCH_ON = script("switch_on");
    private static final RedisScript<List<Object>> CLAIM = listScript("claim");
    private static final RedisScript<List<Object>> DELIVERIES = listScript("deliveries");
    private static final RedisScript<List<Object>> OF_EVENT = listScript("of_event");
    private static final RedisScript<List<Object>> ROW = listScript("row");
    private static final RedisScript<Long> REPLAY = script("replay");

    private final RedisScripts scripts;
    private final RedisBatches progresses;
    private final RedisBatches presents;
    private final RedisBatches intakes;
    private final RedisBatches settlements;
    private final DeliveryLimits limits;
    private final AtomicLong lastToken = new AtomicLong();

    public RedisDeliveryStore(ReactiveRedisConnectionFactory connections, DeliveryLimits limits) {
        scripts = new RedisScripts(connections, KEYS, "store of webhooks", log);
        progresses = batches("progress");
        presents = batches("present");
        intakes = batches("enqueue");
        settlements = batches("settle");
        this.limits = limits;
    }

    private RedisBatches batches(String name) {
        return new RedisBatches(scripts, RedisScripts.manyScript("webhooks/", name));
    }

    private static RedisScript<Long> script(String name) {
        return RedisScripts.script("webhooks/", name, Long.class);
    }

    private static RedisScript<List<Object>> listScript(String name) {
        return RedisScripts.listScript("webhooks/", name);
    }

    @Override
    public CompletionStage<List<EndpointStatus>> endpoints() {
        return run(ENDPOINTS, bytes(limits.keptFor().toMillis())).thenApply(fields -> {
            List<EndpointStatus> endpoints = new ArrayList<>();
            for (int i = 0; i < fields.size(); i += 6) {
                String[] off = text(fields.get(i + 2)).split(" ", 2);
                endpoints.add(new EndpointStatus(
                        GSON.fromJson(text(fields.get(i)), WebhookEndpoint.class),
                        number(fields.get(i + 1)),
                        Long.parseLong(off[0]),
                        off[1],
                        (int) number(fields.get(i + 3)),
                        number(fields.get(i + 4)),
                        (int) number(fields.get(i + 5))));
            }
            return endpoints;
        });
    }

    @Override
    public CompletionStage<Long> version() {
        return run(VERSION).thenApply(results -> (Long) results.getFirst());
    }

    @Override
    public CompletionStage<Boolean> put(WebhookEndpoint endpoint) {
        int max = endpoint.origin() == WebhookEndpoint.Origin.ROOM ? MAX_ENDPOINTS_OF_ROOMS : MAX_ENDPOINTS;
        return isOneOf(run(
                PUT,
                bytes(endpoint.id()),
                json(endpoint),
                bytes(endpoint.apiKey()),
                bytes(endpoint.origin().name()),
                bytes(max)));
    }

    @Override
    public CompletionStage<Void> configure(List<WebhookEndpoint> configured) {
        List<byte[]> arguments = new ArrayList<>();
        configured.forEach(endpoint -> {
            arguments.add(bytes(endpoint.id()));
            arguments.add(json(endpoint));
        });
        return scripts.run(CONFIGURE, arguments).thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Boolean> remove(String endpoint) {
        return isOneOf(run(REMOVE, bytes(endpoint)));
    }

    @Override
    public CompletionStage<Boolean> switchOff(String endpoint, String reason) {
        return isOneOf(run(SWITCH_OFF, bytes(endpoint), bytes(reason)));
    }

    @Override
    public CompletionStage<Boolean> switchOn(String endpoint) {
        return isOneOf(run(SWITCH_ON, bytes(endpoint)));
    }

    @Override
    public CompletionStage<KeyProgress> progress(String key) {
        return progresses.run(List.of(bytes(key))).thenApply(RedisDeliveryStore::progress);
    }

    @Override
    public CompletionStage<Map<String, ParticipantInfo>> present(String key, Collection<String> identities) {
        if (identities.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(bytes(key));
        identities.forEach(identity -> arguments.add(bytes(identity)));
        return presents.run(arguments).thenApply(RedisDeliveryStore::participants);
    }

    @Override
    public CompletionStage<Map<String, ParticipantInfo>> present(String key) {
        return presents.run(List.of(bytes(key))).thenApply(RedisDeliveryStore::participants);
    }

    @Override
    public CompletionStage<Optional<Integer>> enqueue(Intake intake) {
        Duration memory = intake.after().isFinished() ? FINISHED_MEMORY : ROOM_MEMORY;
        List<byte[]> arguments = new ArrayList<>(List.of(
                bytes(intake.key()),
                bytes(progress(intake.before())),
                bytes(progress(intake.after())),
                bytes(memory.toMillis()),
                bytes(limits.maxPending()),
                bytes(limits.maxPendingBytes()),
                bytes(limits.keptDead()),
                bytes(limits.keptDeadBytes()),
                bytes(limits.keptFor().toMillis())));
        arguments.add(bytes(intake.joined().size()));
        intake.joined().forEach((identity, participant) -> {
            arguments.add(bytes(identity));
            arguments.add(participant.toByteArray());
        });
        arguments.add(bytes(intake.left().size()));
        intake.left().forEach(identity -> arguments.add(bytes(identity)));
        intake.deliveries().forEach(delivery -> {
            arguments.add(bytes(delivery.endpoint()));
            arguments.add(bytes(delivery.event()));
            arguments.add(json(delivery));
        });
        return intakes.run(arguments).thenApply(result -> {
            int overflowed = ((Long) result).intValue();
            return overflowed < 0 ? Optional.empty() : Optional.of(overflowed);
        });
    }

    @Override
    public CompletionStage<List<Claim>> claim(String worker, Map<String, Integer> slots, Duration lease) {
        if (slots.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        String token = worker + "#" + lastToken.incrementAndGet();
        List<byte[]> arguments = new ArrayList<>(List.of(bytes(token), bytes(lease.toMillis())));
        slots.forEach((endpoint, count) -> {
            arguments.add(bytes(endpoint));
            arguments.add(bytes(count));
        });
        return scripts.run(CLAIM, arguments)
                .thenApply(rows -> rows.stream()
                        .map(row -> new Claim(token, delivery(row)))
                        .toList());
    }

    @Override
    public CompletionStage<Optional<Settled>> settle(Claim claim, Delivery tried, Outcome outcome, Duration delay) {
        boolean isDelivered = outcome == Outcome.DELIVERED;
        return settlements
                .run(List.of(
                        bytes(tried.endpoint()),
                        bytes(tried.key()),
                        bytes(claim.token()),
                        bytes(tried.event()),
                        json(isDelivered ? tried.withoutBody() : tried),
                        bytes(outcome.name()),
                        bytes(delay.toMillis()),
                        bytes(isDelivered ? limits.keptDelivered() : limits.keptDead()),
                        bytes(isDelivered ? Long.MAX_VALUE : limits.keptDeadBytes()),
                        bytes(limits.keptFor().toMillis()),
                        bytes(limits.maxFailureGap().toMillis())))
                .thenApply(RedisDeliveryStore::list)
                .thenApply(results -> isOne(results.getFirst())
                        ? Optional.of(new Settled(number(results.get(1))))
                        : Optional.empty());
    }

    @Override
    public CompletionStage<List<Delivery>> deliveries(String endpoint, Delivery.State state, int offset, int count) {
        return run(DELIVERIES, bytes(endpoint), bytes(state.name()), bytes(offset), bytes(count))
                .thenApply(
                        rows -> rows.stream().map(RedisDeliveryStore::delivery).toList());
    }

    @Override
    public CompletionStage<List<Kept>> ofEvent(String event) {
        return run(OF_EVENT, bytes(event)).thenApply(fields -> {
            List<Kept> found = new ArrayList<>();
            for (int i = 0; i < fields.size(); i += 2) {
                found.add(new Kept(Delivery.State.valueOf(text(fields.get(i))), delivery(fields.get(i + 1))));
            }
            return found;
        });
    }

    @Override
    public CompletionStage<Boolean> replay(String endpoint, String event) {
        return run(ROW, bytes(endpoint), bytes(event)).thenCompose(results -> {
            if (text(results.getFirst()).isEmpty()) {
                return CompletableFuture.completedFuture(false);
            }
            Delivery dead = delivery(results.getFirst());
            return isOneOf(run(
                    REPLAY,
                    bytes(endpoint),
                    bytes(dead.key()),
                    bytes(event),
                    json(dead.again(System.currentTimeMillis()))));
        });
    }

    private CompletionStage<List<Object>> run(RedisScript<?> script, byte[]... arguments) {
        return scripts.run(script, List.of(arguments));
    }

    private static CompletionStage<Boolean> isOneOf(CompletionStage<List<Object>> results) {
        return results.thenApply(elements -> isOne(elements.getFirst()));
    }

    // ---- values ----

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    private static long number(Object value) {
        return (long) Double.parseDouble(text(value)); // a score may be in another form than it was given
    }

    private static byte[] json(Object row) {
        return bytes(GSON.toJson(row));
    }

    private static Delivery delivery(Object row) {
        return GSON.fromJson(text(row), Delivery.class);
    }

    private static String progress(KeyProgress progress) {
        return progress.equals(KeyProgress.NONE)
                ? ""
                : String.join(
                        " ",
                        Long.toString(progress.epoch()),
                        Long.toString(progress.sequence()),
                        progress.isFinished() ? "1" : "0",
                        Long.toString(progress.roomCreatedAtMs()),
                        progress.roomSid());
    }

    private static KeyProgress progress(Object value) {
        String[] parts = text(value).split(" ", 5);
        return parts.length < 5
                ? KeyProgress.NONE
                : new KeyProgress(
                        Long.parseLong(parts[0]),
                        Long.parseLong(parts[1]),
                        parts[4],
                        Long.parseLong(parts[3]),
                        parts[2].equals("1"));
    }

    private static Map<String, ParticipantInfo> participants(Object result) {
        List<Object> fields = list(result);
        Map<String, ParticipantInfo> participants = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            try {
                participants.put(text(fields.get(i)), ParticipantInfo.parseFrom((byte[]) fields.get(i + 1)));
            } catch (InvalidProtocolBufferException e) {
                log.atWarn().log("a participant in the store of webhooks can't be read");
            }
        }
        return participants;
    }
}
