// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.token.VideoGrant;
import io.parley.edge.twirp.TwirpService;
import io.parley.room.admin.RoomAdmin;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.DeleteAgentDispatchRequest;
import livekit.LivekitAgentDispatch.ListAgentDispatchRequest;

/** {@code /twirp/livekit.AgentDispatchService/…}. */
public class AgentDispatchController {
    private final TwirpService service;

    public AgentDispatchController(RoomAdmin rooms, MeterRegistry meters) {
        service = new TwirpService("AgentDispatchService", meters)
                .method(
                        "CreateDispatch",
                        VideoGrant::roomAdmin,
                        CreateAgentDispatchRequest.getDefaultInstance(),
                        rooms::createDispatch)
                .method(
                        "DeleteDispatch",
                        VideoGrant::roomAdmin,
                        DeleteAgentDispatchRequest.getDefaultInstance(),
                        rooms::deleteDispatch)
                .method(
                        "ListDispatch",
                        VideoGrant::roomAdmin,
                        ListAgentDispatchRequest.getDefaultInstance(),
                        rooms::listDispatch);
    }

    public TwirpService service() {
        return service;
    }
}
