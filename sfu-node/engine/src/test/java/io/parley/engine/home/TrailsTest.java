// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.engine.home.Trails.Trail;
import io.parley.engine.message.SeatRef;
import org.junit.jupiter.api.Test;

class TrailsTest {
    private static final RoomName LOBBY = new RoomName("lobby");
    private static final RoomName HALL = new RoomName("hall");

    private final Trails trails = new Trails(3);

    private static Trail trail(String identity, String seat) {
        return new Trail(LOBBY, identity, identity, new SeatRef(0, new ParticipantSid(seat)), HALL, "PA_hall");
    }

    @Test
    void whoSaysItsSidIsFoundByThatAloneAndItsIdentity() {
        Trail first = trail("alice", "PA_1");
        trails.add("PA_1", first);
        trails.add("PA_2", trail("alice", "PA_2"));
        trails.onEntered("alice");
        assertThat(trails.find(LOBBY, "alice", "PA_1")).isEqualTo(first);
        assertThat(trails.find(LOBBY, "bob", "PA_1")).isNull();
        assertThat(trails.find(HALL, "alice", "PA_1")).isNull();
        assertThat(trails.find(LOBBY, "alice", "PA_3")).isNull();
    }

    /** Or a client would get the seat of another that has its identity. */
    @Test
    void whoDoesNotSayItIsTheLastOfItsIdentityUntilAnotherComes() {
        Trail last = trail("alice", "PA_2");
        trails.add("PA_1", trail("alice", "PA_1"));
        trails.add("PA_2", last);
        assertThat(trails.find(LOBBY, "alice", "")).isEqualTo(last);
        assertThat(trails.find(LOBBY, "bob", "")).isNull();
        trails.onEntered("alice");
        assertThat(trails.find(LOBBY, "alice", "")).isNull();
    }

    @Test
    void whoWentFirstIsForgottenBeyondTheirNumber() {
        for (int i = 1; i <= 4; i++) {
            trails.add("PA_" + i, trail("p" + i, "PA_" + i));
        }
        assertThat(trails.find(LOBBY, "p1", "PA_1")).isNull();
        assertThat(trails.find(LOBBY, "p1", "")).isNull();
        assertThat(trails.find(LOBBY, "p2", "")).isNotNull();
        Trails ofTheShard = new Trails(2);
        ofTheShard.addAll(trails);
        assertThat(ofTheShard.find(LOBBY, "p2", "PA_2")).isNull();
        assertThat(ofTheShard.find(LOBBY, "p4", "PA_4")).isNotNull();
    }
}
