// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.id.NodeId;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import io.parley.cluster.v1.NodeRow;

/** A node's row as it is kept. */
final class NodeRows {
    private NodeRows() {}

    static byte[] encode(NodeRecord node) {
        return NodeRow.newBuilder()
                .setId(node.id().value())
                .setEpoch(node.epoch())
                .setAddress(node.address())
                .setRegion(node.region())
                .setCores(node.cores())
                .setCpuLoad(node.load().cpu())
                .setRooms(node.load().rooms())
                .setParticipants(node.load().participants())
                .setTracks(node.load().tracks())
                .setIsFull(node.load().isFull())
                .setIsDraining(node.isDraining())
                .setLoadAverage(node.load().loadAverage())
                .setBytesPerSec(node.load().bytesPerSec())
                .build()
                .toByteArray();
    }

    static NodeRecord decode(byte[] bytes) throws InvalidProtocolBufferException {
        NodeRow row = NodeRow.parseFrom(bytes);
        return new NodeRecord(
                new NodeId(row.getId()),
                row.getEpoch(),
                row.getAddress(),
                row.getRegion(),
                row.getCores(),
                new NodeLoad(
                        row.getCpuLoad(),
                        row.getLoadAverage(),
                        row.getRooms(),
                        row.getParticipants(),
                        row.getTracks(),
                        row.getBytesPerSec(),
                        row.getIsFull()),
                row.getIsDraining());
    }
}
