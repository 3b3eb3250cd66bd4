// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EndpointStatus;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.Intake;
import io.parley.cluster.webhook.SigningSecret;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.cluster.webhook.WebhookTypes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where events go, and what became of them. A caller sees the endpoints of its own API key. */
final class WebhookOperations {
    private static final String ENDPOINTS = "/v1/webhook-endpoints";
    private static final String ENDPOINT = ENDPOINTS + "/{id}";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 9;
    private static final int OVERLAP_HOURS = 24;
    private static final int MAX_SECRETS = 5;
    private static final int MAX_REPLAYED = 1_000;

    private final DeliveryStore store;
    private final LongSupplier nowMs;

    private WebhookOperations(DeliveryStore store, LongSupplier nowMs) {
        this.store = store;
        this.nowMs = nowMs;
    }

    /** @param nowMs wall-clock time, in ms since the epoch */
    static Operation.Group of(DeliveryStore store, LongSupplier nowMs) {
        WebhookOperations operations = new WebhookOperations(store, nowMs);
        return new Operation.Group(
                "Webhooks",
                "An endpoint is told what happens, in the order of each room, until it has confirmed it.",
                List.of(
                        Operation.get(ENDPOINTS, "listWebhookEndpoints", Permission.WEBHOOK_ADMIN)
                                .summary("Lists the API key's endpoints, the oldest first.")
                                .queries(Query.PAGE_SIZE, Query.PAGE_TOKEN)
                                .answers(WebhookEndpointList.class, operations::list),
                        Operation.post(
                                        ENDPOINTS,
                                        "createWebhookEndpoint",
                                        Permission.WEBHOOK_ADMIN,
                                        CreateWebhookEndpoint.class)
                                .summary("Makes an endpoint.")
                                .note("It hears what happens from then on.")
                                .creates(WebhookEndpointResource.class, operations::create),
                        Operation.get(ENDPOINT, "getWebhookEndpoint", Permission.WEBHOOK_ADMIN)
                                .summary("One endpoint.")
                                .answers(
                                        WebhookEndpointResource.class,
                                        call -> operations.find(call).thenApply(WebhookEndpointResource::of)),
                        Operation.patch(
                                        ENDPOINT,
                                        "updateWebhookEndpoint",
                                        Permission.WEBHOOK_ADMIN,
                                        UpdateWebhookEndpoint.class)
                                .summary("Changes an endpoint, or switches it on or off.")
                                .answers(WebhookEndpointResource.class, operations::update),
                        Operation.delete(ENDPOINT, "deleteWebhookEndpoint", Permission.WEBHOOK_ADMIN)
                                .summary("Forgets an endpoint with its deliveries.")
                                .does(operations::delete),
                        Operation.post(
                                        ENDPOINT + "/rotate-secret",
                                        "rotateWebhookSecret",
                                        Permission.WEBHOOK_ADMIN,
                                        RotateWebhookSecret.class)
                                .summary("Gives an endpoint the next signing secret.")
                                .note("The one before signs, too, until the overlap ends.")
                                .answers(WebhookEndpointResource.class, operations::rotate),
                        Operation.post(
                                        ENDPOINT + "/test",
                                        "testWebhookEndpoint",
                                        Permission.WEBHOOK_ADMIN,
                                        Call.NoBody.class)
                                .summary("Sends an endpoint an event of the type webhook_test.")
                                .answers(WebhookTest.class, operations::test),
                        Operation.get(ENDPOINT + "/deliveries", "listWebhookDeliveries", Permission.WEBHOOK_ADMIN)
                                .summary("Lists an endpoint's deliveries in one state, the newest first.")
                                .queries(Query.DELIVERY_STATE, Query.PAGE_SIZE, Query.PAGE_TOKEN)
                                .answers(WebhookDeliveryList.class, operations::deliveries),
                        Operation.post(
                                        ENDPOINT + "/replay",
                                        "replayWebhooks",
                                        Permission.WEBHOOK_ADMIN,
                                        ReplayWebhooks.class)
                                .summary("Tries dead deliveries again.")
                                .answers(ReplayedWebhooks.class, operations::replay),
                        Operation.get(
                                        "/v1/webhook-events/{event}/deliveries",
                                        "listDeliveriesOfEvent",
                                        Permission.WEBHOOK_ADMIN)
                                .summary("Lists the deliveries of one event.")
                                .answers(WebhookDeliveryList.class, operations::ofEvent)));
    }

    private CompletionStage<List<EndpointStatus>> own(Call<?> call) {
        return store.endpoints()
                .thenApply(statuses -> statuses.stream()
                        .filter(status -> status.endpoint().apiKey().equals(call.apiKey()))
                        .toList());
    }

    private CompletionStage<EndpointStatus> find(Call<?> call) {
        return find(call, call.path("id"));
    }

    private CompletionStage<EndpointStatus> find(Call<?> call, String id) {
        return own(call)
                .thenApply(statuses -> statuses.stream()
                        .filter(status -> status.endpoint().id().equals(id))
                        .findFirst()
                        .orElseThrow(
                                () -> ApiError.ofCaller(ErrorCode.NOT_FOUND, "requested endpoint does not exist")));
    }

    /** Of the API: a configured one is changed where it is configured. */
    private CompletionStage<EndpointStatus> findOwn(Call<?> call) {
        return find(call).thenApply(status -> {
            if (status.endpoint().isConfigured()) {
                throw ApiError.ofCaller(
                        ErrorCode.FAILED_PRECONDITION,
                        "the endpoint is in the server's configuration (parley.webhook)");
            }
            return status;
        });
    }

    private CompletionStage<WebhookEndpointList> list(Call<Call.NoBody> call) {
        return own(call)
                .thenApply(statuses -> WebhookEndpointList.of(Page.of(
                        statuses,
                        WebhookEndpointResource::position,
                        call.query(Query.PAGE_SIZE),
                        call.query(Query.PAGE_TOKEN))));
    }

    private CompletionStage<Answer> create(Call<CreateWebhookEndpoint> call) {
        CreateWebhookEndpoint body = call.body();
        SigningSecret secret = newSecret();
        WebhookEndpoint endpoint = new WebhookEndpoint(
                newId("WE_"),
                checkedUrl(body.url()),
                call.apiKey(),
                body.room() == null ? "" : body.room(),
                filter(body.includeEvents(), body.excludeEvents()),
                List.of(secret),
                WebhookEndpoint.Origin.API,
                nowMs.getAsLong());
        return store.put(endpoint).thenApply(isEntered -> {
            if (!isEntered) {
                throw ApiError.ofCaller(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "an API key has " + DeliveryStore.MAX_ENDPOINTS + " webhook endpoints at most");
            }
            EndpointStatus status = new EndpointStatus(endpoint, 0, 0, "", 0, 0, 0);
            return Answer.created(WebhookEndpointResource.of(status, secret.text()), ENDPOINTS + "/" + endpoint.id());
        });
    }

    private CompletionStage<WebhookEndpointResource> update(Call<UpdateWebhookEndpoint> call) {
        UpdateWebhookEndpoint body = call.body();
        boolean changesMore = body.url() != null || body.includeEvents() != null || body.excludeEvents() != null;
        return (changesMore ? findOwn(call) : find(call))
                .thenCompose(status -> changesMore
                        ? store.put(changed(status.endpoint(), body))
                        : CompletableFuture.completedFuture(true))
                .thenCompose(put -> body.enabled() == null
                        ? CompletableFuture.completedFuture(true)
                        : body.enabled()
                                ? store.switchOn(call.path("id"))
                                : store.switchOff(call.path("id"), "by the API"))
                .thenCompose(done -> find(call))
                .thenApply(WebhookEndpointResource::of);
    }

    private static WebhookEndpoint changed(WebhookEndpoint endpoint, UpdateWebhookEndpoint body) {
        return new WebhookEndpoint(
                endpoint.id(),
                body.url() == null ? endpoint.url() : checkedUrl(body.url()),
                endpoint.apiKey(),
                endpoint.room(),
                filter(
                        body.includeEvents() == null
                                ? List.copyOf(endpoint.filter().include())
                                : body.includeEvents(),
                        body.excludeEvents() == null
                                ? List.copyOf(endpoint.filter().exclude())
                                : body.excludeEvents()),
                endpoint.secrets(),
                endpoint.origin(),
                endpoint.createdAtMs());
    }

    private CompletionStage<?> delete(Call<Call.NoBody> call) {
        return findOwn(call)
                .thenCompose(status -> store.remove(status.endpoint().id()));
    }

    private CompletionStage<WebhookEndpointResource> rotate(Call<RotateWebhookSecret> call) {
        Integer hours = call.body().overlapHours();
        long untilMs = nowMs.getAsLong()
                + Duration.ofHours(hours == null ? OVERLAP_HOURS : hours).toMillis();
        SigningSecret next = newSecret();
        return findOwn(call)
                .thenCompose(status -> store.put(withSecret(status.endpoint(), next, untilMs)))
                .thenCompose(put -> find(call))
                .thenApply(status -> WebhookEndpointResource.of(status, next.text()));
    }

    private WebhookEndpoint withSecret(WebhookEndpoint endpoint, SigningSecret next, long untilMs) {
        List<SigningSecret> secrets = new ArrayList<>(List.of(next));
        endpoint.secrets().stream()
                .filter(secret -> secret.isValid(nowMs.getAsLong()))
                .map(secret -> new SigningSecret(
                        secret.text(), secret.validUntilMs() == 0 ? untilMs : Math.min(secret.validUntilMs(), untilMs)))
                .limit(MAX_SECRETS - 1)
                .forEach(secrets::add);
        return new WebhookEndpoint(
                endpoint.id(),
                endpoint.url(),
                endpoint.apiKey(),
                endpoint.room(),
                endpoint.filter(),
                secrets,
                endpoint.origin(),
                endpoint.createdAtMs());
    }

    private CompletionStage<WebhookTest> test(Call<Call.NoBody> call) {
        String event = newId("EV_");
        long now = nowMs.getAsLong();
        String body = "{\"event\":\"%s\",\"id\":\"%s\",\"createdAt\":\"%d\"}"
                .formatted(WebhookTypes.TEST, event, now / 1_000);
        return find(call)
                .thenCompose(status -> {
                    String key = "test of " + status.endpoint().id();
                    Delivery delivery = new Delivery(
                            status.endpoint().id(), event, WebhookTypes.TEST, key, 0, 0, now, body, now, 0, List.of());
                    return store.enqueue(Intake.of(key, List.of(delivery)));
                })
                .thenApply(overflowed -> new WebhookTest(event));
    }

    private CompletionStage<WebhookDeliveryList> deliveries(Call<Call.NoBody> call) {
        Delivery.State state = state(call.query(Query.DELIVERY_STATE));
        int size = Page.size(call.query(Query.PAGE_SIZE));
        int offset = offset(call.query(Query.PAGE_TOKEN));
        return find(call)
                .thenCompose(status -> store.deliveries(status.endpoint().id(), state, offset, size + 1))
                .thenApply(found -> new WebhookDeliveryList(
                        found.stream()
                                .limit(size)
                                .map(delivery -> WebhookDeliveryResource.of(state, delivery))
                                .toList(),
                        found.size() > size ? String.valueOf(offset + size) : null));
    }

    private static Delivery.State state(@Nullable String text) {
        return Stream.of(Delivery.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(text == null ? "pending" : text))
                .findFirst()
                .orElseThrow(
                        () -> ApiError.ofArgument(Query.DELIVERY_STATE.name(), "must be pending, delivered or dead"));
    }

    private static int offset(@Nullable String token) {
        if (token == null) {
            return 0;
        }
        if (!token.matches("\\d{1,7}")) {
            throw ApiError.ofArgument(Query.PAGE_TOKEN.name(), "is not one that this API gave");
        }
        return Integer.parseInt(token);
    }

    private CompletionStage<ReplayedWebhooks> replay(Call<ReplayWebhooks> call) {
        List<String> asked = call.body().events();
        return find(call).thenCompose(status -> {
            String id = status.endpoint().id();
            CompletionStage<List<String>> events = asked != null
                    ? CompletableFuture.completedFuture(asked)
                    : store.deliveries(id, Delivery.State.DEAD, Math.max(0, status.dead() - MAX_REPLAYED), MAX_REPLAYED)
                            .thenApply(dead -> dead.reversed().stream()
                                    .map(Delivery::event)
                                    .toList());
            return events.thenCompose(each -> replay(id, each));
        });
    }

    /** One after the other: their order is that in which they are tried. */
    private CompletionStage<ReplayedWebhooks> replay(String endpoint, List<String> events) {
        CompletionStage<Integer> count = CompletableFuture.completedFuture(0);
        for (String event : events) {
            count = count.thenCompose(before -> store.replay(endpoint, event).thenApply(was -> before + (was ? 1 : 0)));
        }
        return count.thenApply(ReplayedWebhooks::new);
    }

    private CompletionStage<WebhookDeliveryList> ofEvent(Call<Call.NoBody> call) {
        return own(call).thenCompose(statuses -> {
            Set<String> own =
                    statuses.stream().map(status -> status.endpoint().id()).collect(Collectors.toSet());
            return store.ofEvent(call.path("event"))
                    .thenApply(found -> new WebhookDeliveryList(
                            found.stream()
                                    .filter(kept -> own.contains(kept.delivery().endpoint()))
                                    .map(kept -> WebhookDeliveryResource.of(kept.state(), kept.delivery()))
                                    .toList(),
                            null));
        });
    }

    static String checkedUrl(String url) {
        if (!WebhookEndpoint.isUrl(url)) {
            throw ApiError.ofArgument("url", "must be http:// or https:// with a host, and without a user");
        }
        return url;
    }

    static EventFilter filter(@Nullable List<String> include, @Nullable List<String> exclude) {
        return new EventFilter(checked("includeEvents", include), checked("excludeEvents", exclude));
    }

    private static Set<String> checked(String field, @Nullable List<String> types) {
        Set<String> checked = new HashSet<>(types == null ? List.of() : types);
        checked.forEach(type -> {
            if (!WebhookTypes.all().contains(type)) {
                throw ApiError.ofArgument(field, "must hold events: " + String.join(", ", WebhookTypes.all()));
            }
        });
        return checked;
    }

    private static SigningSecret newSecret() {
        return SigningSecret.of(random(SECRET_BYTES));
    }

    static String newId(String prefix) {
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random(ID_BYTES));
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
