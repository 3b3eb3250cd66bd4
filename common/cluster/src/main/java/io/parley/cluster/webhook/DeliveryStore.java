// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import livekit.LivekitModels.ParticipantInfo;

/**
 * Endpoints, what is on its way to each, and what became of it. Every operation is atomic among all that share the store,
 * and fails with an {@link io.parley.api.error.ApiError} UNAVAILABLE while it can't be reached. Stages complete on any thread.
 */
public interface DeliveryStore {
    /** Of one API key, without those of rooms. */
    int MAX_ENDPOINTS = 32;

    /** Of rooms, made with one API key. */
    int MAX_ENDPOINTS_OF_ROOMS = 500;

    /** How long it is remembered how far a room came that is over, and what is no room. */
    Duration FINISHED_MEMORY = Duration.ofDays(1);

    /** The same of a room that is not over, since its last event. */
    Duration ROOM_MEMORY = Duration.ofDays(30);

    /** @param token under which the delivery is held until the lease ends, and nothing of its key and endpoint is sent by others */
    record Claim(String token, Delivery delivery) {}

    enum Outcome {
        DELIVERED,
        RETRY,
        DEAD
    }

    /**
     * @param failingSinceMs see {@link EndpointStatus}
     */
    record Settled(long failingSinceMs) {}

    record Kept(Delivery.State state, Delivery delivery) {}

    // ---- endpoints ----

    /** What was kept for its time goes by this, which dispatchers ask all the time: of a silent endpoint, too. */
    CompletionStage<List<EndpointStatus>> endpoints();

    /** Another number after each change of an endpoint, or of whether it is on. */
    CompletionStage<Long> version();

    /** Enters or changes one. @return false if its API key has as many others as it may have */
    CompletionStage<Boolean> put(WebhookEndpoint endpoint);

    /** These are the configured ones now; what others there were goes with its deliveries. */
    CompletionStage<Void> configure(List<WebhookEndpoint> configured);

    /** With its deliveries. @return false if there was none */
    CompletionStage<Boolean> remove(String endpoint);

    /** Nothing comes in for it any more; what waits, waits. @return false if it was off, or is not there */
    CompletionStage<Boolean> switchOff(String endpoint, String reason);

    /** What waits is tried. @return false if it was on, or is not there */
    CompletionStage<Boolean> switchOn(String endpoint);

    // ---- events in ----

    CompletionStage<KeyProgress> progress(String key);

    /** Who has joined and not left, of these identities, by identity. */
    CompletionStage<Map<String, ParticipantInfo>> present(String key, Collection<String> identities);

    /** Everybody who has joined and not left, by identity. */
    CompletionStage<Map<String, ParticipantInfo>> present(String key);

    /** @return how many deliveries found no room and are dead; empty if {@link Intake#before} no longer holds */
    CompletionStage<Optional<Integer>> enqueue(Intake intake);

    // ---- deliveries out ----

    /**
     * The first deliveries of keys that are due.
     *
     * @param worker who claims
     * @param slots how many, by endpoint
     */
    CompletionStage<List<Claim>> claim(String worker, Map<String, Integer> slots, Duration lease);

    /**
     * What became of a claimed delivery.
     *
     * @param tried the delivery with its last attempt
     * @param delay until the next, for {@link Outcome#RETRY}; the key's other deliveries to the endpoint wait, too
     * @return empty if the claim had ended: whoever has the delivery now says what became of it
     */
    CompletionStage<Optional<Settled>> settle(Claim claim, Delivery tried, Outcome outcome, Duration delay);

    // ---- the log ----

    /** The newest first. */
    CompletionStage<List<Delivery>> deliveries(String endpoint, Delivery.State state, int offset, int count);

    /** To all endpoints. */
    CompletionStage<List<Kept>> ofEvent(String event);

    /** Puts a dead delivery behind those that wait of its key. @return false if it is not dead */
    CompletionStage<Boolean> replay(String endpoint, String event);
}
