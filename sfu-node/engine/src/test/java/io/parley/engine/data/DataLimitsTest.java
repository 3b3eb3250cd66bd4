// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.parley.api.room.RoomLimits;
import java.util.List;
import java.util.stream.IntStream;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.UserPacket;
import org.junit.jupiter.api.Test;

/** What one participant that may send data can make a room hold or look up. */
@SuppressWarnings("deprecation") // clients still write the older members
class DataLimitsTest {
    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(String::valueOf).toList();
    }

    /** Each destination was looked for in a list of all others: 600 kB of them stopped the loop for 13 s. */
    @Test
    void aPacketThatNamesTooManyDestinationsIsNone() {
        int most = RoomLimits.MAX_DESTINATIONS;
        DataPacket.Builder packet = DataPacket.newBuilder().addAllDestinationIdentities(names(most / 2));
        packet.getUserBuilder().addAllDestinationIdentities(names(most / 4)).addAllDestinationSids(names(most / 4));
        assertThat(DataPackets.parse(packet.build().toByteArray())).isNotNull();
        packet.getUserBuilder().addDestinationSids("one more");
        assertThat(DataPackets.parse(packet.build().toByteArray())).isNull();
    }

    /** Packets without payload cost nothing by their bytes, and were kept by the hundred thousand for newcomers. */
    @Test
    void whatIsKeptForNewcomersIsBoundedInNumberToo() {
        RoomData data = new RoomData();
        for (int i = 1; i <= 100_000; i++) {
            DataPacket packet = DataPacket.newBuilder().setSequence(i).build();
            assertThat(data.accept(0, "PA_a", "alice", packet, false)).isTrue();
        }
        assertThat(data.recent(0, "bob")).hasSizeBetween(1_000, 5_000);
    }

    /** A hundred nonces of any length were remembered for each room. */
    @Test
    void longNoncesAreNotRemembered() {
        RoomData data = new RoomData();
        assertThat(data.accept(0, "PA_a", "alice", nonce(16), true)).isTrue();
        assertThat(data.accept(0, "PA_a", "alice", nonce(16), true)).isFalse();
        assertThat(data.accept(0, "PA_a", "alice", nonce(60_000), true)).isTrue();
        assertThat(data.accept(0, "PA_a", "alice", nonce(60_000), true)).isTrue();
    }

    private static DataPacket nonce(int length) {
        return DataPacket.newBuilder()
                .setUser(UserPacket.newBuilder().setNonce(ByteString.copyFrom(new byte[length])))
                .build();
    }
}
