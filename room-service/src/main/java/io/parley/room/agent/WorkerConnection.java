// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.agent;

import livekit.LivekitAgent.ServerMessage;

/** The way to a worker. */
interface WorkerConnection {
    /** Does not wait for a worker that is slow; one that is too slow is dropped. */
    void send(ServerMessage message);

    void close();
}
