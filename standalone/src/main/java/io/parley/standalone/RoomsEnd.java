// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.node.SfuNode;

/** The process was told to end (SIGTERM), and nobody else could go on with its rooms: they end, and say so. */
final class RoomsEnd implements AutoCloseable {
    private final SfuNode node;

    RoomsEnd(SfuNode node) {
        this.node = node;
    }

    @Override
    public void close() {
        node.endRooms();
    }
}
