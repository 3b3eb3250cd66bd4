// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.Directory;
import io.parley.cluster.DirectoryContract;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.RoomClaim;
import io.parley.cluster.RoomPlace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class InMemoryDirectoryTest extends DirectoryContract {
    @Override
    protected Directory directory() {
        return new InMemoryDirectory(System::currentTimeMillis);
    }

    /** It was confirmed for a moment first: whoever asked then joined at a node that was about to close the room. */
    @Test
    void aRoomThatIsHandedOverIsNeverItsNodesOnTheWay() {
        Directory shared = directory();
        NodeId node = new NodeId("ND_a");
        get(shared.announce(new NodeRecord(node, 1, "", "", 1, NodeLoad.NONE, false), Duration.ofMinutes(1)));
        RoomRecord record = new RoomRecord(Room.getDefaultInstance(), List.of(), true, null);
        for (int i = 0; i < 2_000; i++) {
            RoomClaim claim = new RoomClaim(new RoomName("room-" + i), node, i);
            CompletableFuture<Optional<RoomPlace>> seen = CompletableFuture.supplyAsync(() -> {
                Optional<RoomPlace> place = Optional.empty();
                while (place.isEmpty()) {
                    place = get(shared.find(claim.room()));
                }
                return place;
            });
            get(shared.handOver(claim, record));
            assertThat(get(seen)).contains(new RoomPlace(claim, null, false, true, null));
        }
    }
}
