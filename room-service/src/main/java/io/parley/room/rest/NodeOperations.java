// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.id.NodeId;
import io.parley.room.admin.NodeAdmin;
import java.util.List;

/** Nodes, and taking them out of service. */
final class NodeOperations {
    private static final String NODES = "/v1/nodes";
    private static final String NODE = NODES + "/{node}";

    private NodeOperations() {}

    static Operation.Group of(NodeAdmin nodes) {
        return new Operation.Group(
                "Nodes",
                "A node hosts rooms. Before it is stopped it is drained: its rooms go on at others.",
                List.of(
                        Operation.get(NODES, "listNodes", Permission.NODE_ADMIN)
                                .summary("Lists the nodes that are there.")
                                .answers(NodeList.class, call -> nodes.list().thenApply(NodeList::of)),
                        Operation.post(NODE + "/drain", "drainNode", Permission.NODE_ADMIN, DrainNode.class)
                                .summary("Takes a node out of service.")
                                .note(
                                        "It gets no new rooms. Those that it has stay until the deadline, and then go to other nodes"
                                                + " with all that was set of them: participants are told to join again. Once more"
                                                + " sets another deadline.")
                                .does(call -> nodes.drain(
                                        new NodeId(call.path("node")),
                                        call.body().deadline())),
                        Operation.post(NODE + "/undrain", "undrainNode", Permission.NODE_ADMIN, Call.NoBody.class)
                                .summary("Takes a node into service again.")
                                .does(call -> nodes.undrain(new NodeId(call.path("node"))))));
    }
}
