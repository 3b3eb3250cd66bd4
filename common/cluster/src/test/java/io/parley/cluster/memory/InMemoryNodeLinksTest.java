// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.id.NodeId;
import io.parley.cluster.NodeLink;
import io.parley.cluster.NodeLinkContract;
import io.parley.cluster.NodeLoad;
import io.parley.cluster.NodeRecord;
import org.junit.jupiter.api.Test;

class InMemoryNodeLinksTest extends NodeLinkContract {
    private final InMemoryNodeLinks links = new InMemoryNodeLinks();

    private static NodeRecord node(String id) {
        return new NodeRecord(new NodeId(id), 1, "", "", 1, NodeLoad.NONE, false);
    }

    @Override
    protected NodeLink link() {
        links.register(new NodeId("ND_a"), node);
        return links.to(node("ND_a"));
    }

    @Test
    void thereIsNoWayToANodeElsewhere() {
        assertThatThrownBy(() -> links.to(node("ND_b"))).isInstanceOf(ApiError.class);
    }
}
