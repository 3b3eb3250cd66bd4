// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.memory.InMemoryDeliveryStore;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.DeliveryLimits;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.cluster.webhook.EventFilter;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.webhook.Events;
import io.parley.webhook.send.Endpoints;
import io.parley.webhook.send.WebhookMetrics;
import java.util.List;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LostRoomsTest {
    private long nowMs = Events.AT_MS;
    private final DeliveryStore store = new InMemoryDeliveryStore(() -> nowMs, DeliveryLimits.DEFAULT);
    private final Directory directory = new InMemoryDirectory(() -> nowMs);
    private final EventIntake intake = new EventIntake(
            store,
            new Endpoints(store, () -> nowMs),
            () -> nowMs,
            false,
            new WebhookMetrics(new SimpleMeterRegistry()),
            () -> {});
    private final LostRooms lostRooms = new LostRooms(store, directory, intake, () -> nowMs);
    private final RoomClaim claim = claim();
    private final Events room = new Events("demo", "RM_1", claim.epoch());

    private RoomClaim claim() {
        RoomClaim made = directory
                .claim(new RoomName("demo"), new NodeId("ND_a"))
                .toCompletableFuture()
                .join()
                .claim();
        directory.put(made, new RoomRecord(Room.newBuilder().setName("demo").build(), List.of(), true, Playout.NONE));
        return made;
    }

    @BeforeEach
    void begin() {
        store.put(new WebhookEndpoint(
                "WE_a", "http://a", "key", "", EventFilter.ALL, List.of(), WebhookEndpoint.Origin.API, 0));
        intake.onEvents(List.of(room.roomStarted(), room.joined("alice", "PA_a")));
    }

    private void passMinutes(int minutes) {
        for (int i = 0; i < minutes * 60; i++) {
            nowMs += 1_000;
            lostRooms.onTime();
        }
    }

    /** The newest first. */
    private List<String> told() {
        return store.deliveries("WE_a", Delivery.State.PENDING, 0, 10).toCompletableFuture().join().stream()
                .map(Delivery::type)
                .toList();
    }

    @Test
    void aRoomThatTheDirectoryKnowsGoesOnHoweverQuietItIs() {
        passMinutes(60);
        assertThat(told()).containsExactly("participant_joined", "room_started");
    }

    @Test
    void aRoomThatTheDirectoryForgotEnds() {
        passMinutes(2);
        directory.release(claim);
        passMinutes(5);
        assertThat(told()).containsExactly("room_finished", "participant_left", "participant_joined", "room_started");
        assertThat(store.deliveries("WE_a", Delivery.State.PENDING, 0, 2)
                        .toCompletableFuture()
                        .join())
                .anySatisfy(left -> assertThat(left.body()).contains("\"disconnectReason\":\"SERVER_SHUTDOWN\""))
                .anySatisfy(finished ->
                        assertThat(finished.body()).contains("\"roomEndReason\":\"ROOM_END_SERVER_SHUTDOWN\""));
        intake.onEvents(List.of(room.left("alice", "PA_a"), room.roomFinished()));
        assertThat(told()).hasSize(4);
    }

    @Test
    void aRoomWhoseEndIsOnItsWayEndsByItself() {
        passMinutes(2);
        directory.release(claim);
        passMinutes(1);
        intake.onEvents(List.of(room.left("alice", "PA_a"), room.roomFinished()));
        passMinutes(10);
        assertThat(told()).hasSize(4);
    }
}
