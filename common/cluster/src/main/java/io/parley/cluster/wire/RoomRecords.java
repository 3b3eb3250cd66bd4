// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.room.Playout;
import io.parley.api.room.RoomRecord;
import io.parley.cluster.LogThrottle;
import io.parley.cluster.v1.DispatchRecord;
import java.util.ArrayList;
import java.util.List;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitModels.Room;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A room's record as it is kept in the directory, and handed to the next node. */
public final class RoomRecords {
    /**
     * Both the directory and the node link have to take it, after each change of the room. What is beyond it of the agents'
     * dispatches, whose metadata may be 512 kB each, is not handed over.
     */
    static final int MAX_BYTES = 4 << 20;

    private static final Logger log = LoggerFactory.getLogger(RoomRecords.class);
    private static final LogThrottle cuts = new LogThrottle();

    private RoomRecords() {}

    public static io.parley.cluster.v1.RoomRecord encode(RoomRecord record) {
        var encoded = io.parley.cluster.v1.RoomRecord.newBuilder()
                .setRoom(record.room().toByteString())
                .setWasJoined(record.wasJoined());
        Playout playout = record.playout();
        if (playout != null) {
            encoded.setPlayout(io.parley.cluster.v1.Playout.newBuilder()
                    .setMinDelayMs(playout.minDelayMs())
                    .setMaxDelayMs(playout.maxDelayMs())
                    .setSyncStreams(playout.syncStreams()));
        }
        int bytes = encoded.getRoom().size();
        for (RoomRecord.Dispatch dispatch : record.dispatches()) {
            ByteString info = dispatch.info().toByteString();
            bytes += info.size();
            if (bytes > MAX_BYTES) {
                if (cuts.tryPass()) {
                    log.atWarn()
                            .addKeyValue("room", record.room().getName())
                            .log("a room's agent dispatches are too large together to outlive its node");
                }
                break;
            }
            encoded.addDispatches(DispatchRecord.newBuilder().setDispatch(info).setIsImplied(dispatch.isImplied()));
        }
        return encoded.build();
    }

    public static RoomRecord decode(io.parley.cluster.v1.RoomRecord encoded) throws InvalidProtocolBufferException {
        List<RoomRecord.Dispatch> dispatches = new ArrayList<>();
        for (DispatchRecord dispatch : encoded.getDispatchesList()) {
            dispatches.add(
                    new RoomRecord.Dispatch(AgentDispatch.parseFrom(dispatch.getDispatch()), dispatch.getIsImplied()));
        }
        return new RoomRecord(
                Room.parseFrom(encoded.getRoom()),
                dispatches,
                encoded.getWasJoined(),
                encoded.hasPlayout() ? playout(encoded.getPlayout()) : null);
    }

    private static Playout playout(io.parley.cluster.v1.Playout encoded) {
        return new Playout(encoded.getMinDelayMs(), encoded.getMaxDelayMs(), encoded.getSyncStreams());
    }
}
