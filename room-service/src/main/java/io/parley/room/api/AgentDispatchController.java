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
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** {@code /twirp/livekit.AgentDispatchService/…}. */
@RestController
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

    @RequestMapping("/twirp/livekit.AgentDispatchService/{method}")
    Mono<ResponseEntity<byte[]>> call(
            ServerWebExchange exchange,
            @PathVariable("method") String method,
            @RequestBody(required = false) Mono<byte[]> body) {
        return service.handle(exchange, method, body);
    }
}
