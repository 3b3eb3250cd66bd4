// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import livekit.LivekitModels.ServerInfo;

/** What clients and workers are told of us; some switch features by LiveKit's version numbers. */
public final class ServerVersion {
    private static final String VERSION = "1.13.5";
    private static final int PROTOCOL = 18;
    private static final int AGENT_PROTOCOL = 1;

    private ServerVersion() {}

    /** @param id of the process that they are connected to */
    public static ServerInfo info(String id, String region) {
        return ServerInfo.newBuilder()
                .setEdition(ServerInfo.Edition.Standard)
                .setVersion(VERSION)
                .setProtocol(PROTOCOL)
                .setAgentProtocol(AGENT_PROTOCOL)
                .setRegion(region)
                .setNodeId(id)
                .build();
    }
}
