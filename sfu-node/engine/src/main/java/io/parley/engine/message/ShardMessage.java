// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.rtc.rtp.codec.PayloadCodec;
import java.util.List;

/** What shards of one process send each other, in order for each pair; also a shard to itself. */
public sealed interface ShardMessage {
    record ToHome(RoomName room, SeatRef from, SeatToHome message) implements ShardMessage {}

    record BetweenHomes(RoomName room, HomeRef from, HomeToHome message) implements ShardMessage {}

    /** One message for any number of seats of a shard: a room of thousands must not fill the shard's queue. */
    record ToSeats(List<ParticipantSid> seats, HomeToSeat message) implements ShardMessage {}

    /**
     * Subscribers on {@code toShard} want a track that is published here; answered by {@link RelayOpened}. Its packets
     * come under {@code handle}, which the subscribers' shard picks: so nothing that is still on its way from an earlier
     * relay of the track can be taken for this one.
     */
    record RelayOpen(String trackSid, int toShard, int handle) implements ShardMessage {}

    record RelayClose(String trackSid, int toShard, int handle) implements ShardMessage {}

    /** The relay is there: packets follow. */
    record RelayOpened(int handle, PayloadCodec codec, int clockRate) implements ShardMessage {}

    /** Something sent to {@code shard} got lost: whatever spans the two begins anew. */
    record Reset(int shard) implements ShardMessage {}

    record RelayKeyFrame(String trackSid, int layer) implements ShardMessage {}

    /** The publisher's sender report for one layer; {@code atNs} on the clock that shards share. */
    record RelayReport(int handle, int layer, long ntp, int rtpTime, long atNs) implements ShardMessage {}
}
