// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import java.util.stream.IntStream;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.Room;
import org.junit.jupiter.api.Test;

class RoomRecordsTest {
    private static final Room ROOM =
            Room.newBuilder().setName("demo").setMetadata("m".repeat(500_000)).build();

    private static RoomRecord record(int dispatches, int metadataBytes) {
        return new RoomRecord(
                ROOM,
                IntStream.range(0, dispatches)
                        .mapToObj(i -> new RoomRecord.Dispatch(
                                AgentDispatch.newBuilder()
                                        .setId("AD_" + i)
                                        .setMetadata("x".repeat(metadataBytes))
                                        .build(),
                                i % 2 == 0))
                        .toList(),
                true,
                new Playout(100, 500, true));
    }

    @Test
    void aRecordIsReadAsItWasWritten() throws InvalidProtocolBufferException {
        RoomRecord record = record(64, 100);
        assertThat(RoomRecords.decode(RoomRecords.encode(record))).isEqualTo(record);
    }

    /** As nodes wrote it before they kept playout delays: a room's own node says it then. */
    @Test
    void anOlderRecordSaysNothingOfPlayout() throws InvalidProtocolBufferException {
        RoomRecord record = record(1, 100);
        var older = RoomRecords.encode(record).toBuilder().clearPlayout().build();
        assertThat(RoomRecords.decode(older))
                .isEqualTo(new RoomRecord(record.room(), record.dispatches(), record.wasJoined(), null));
        assertThat(RoomRecords.encode(RoomRecords.decode(older))).isEqualTo(older);
    }

    /** Whoever may make dispatches: 64 with 512 kB each would be more than the node link takes, and nobody could join. */
    @Test
    void aRecordHasABound() throws InvalidProtocolBufferException {
        var encoded = RoomRecords.encode(record(64, 500_000));
        assertThat(encoded.getSerializedSize()).isBetween(3_500_000, RoomRecords.MAX_BYTES + 1_000);
        RoomRecord read = RoomRecords.decode(encoded);
        assertThat(read.room()).isEqualTo(ROOM);
        assertThat(read.dispatches()).isEqualTo(record(7, 500_000).dispatches());
    }
}
