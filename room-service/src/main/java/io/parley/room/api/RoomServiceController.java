// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.api;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.edge.twirp.TwirpService;
import io.parley.room.admin.RoomAdmin;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.RoomParticipantIdentity;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** {@code /twirp/livekit.RoomService/…}. */
@RestController
public class RoomServiceController {
    private final TwirpService service;

    public RoomServiceController(RoomAdmin rooms, MeterRegistry meters) {
        service = new TwirpService("RoomService", meters)
                .method("CreateRoom", CreateRoomRequest.getDefaultInstance(), rooms::createRoom)
                .method("ListRooms", ListRoomsRequest.getDefaultInstance(), rooms::listRooms)
                .method("DeleteRoom", DeleteRoomRequest.getDefaultInstance(), rooms::deleteRoom)
                .method("ListParticipants", ListParticipantsRequest.getDefaultInstance(), rooms::listParticipants)
                .method("GetParticipant", RoomParticipantIdentity.getDefaultInstance(), rooms::getParticipant)
                .method("RemoveParticipant", RoomParticipantIdentity.getDefaultInstance(), rooms::removeParticipant);
    }

    @RequestMapping("/twirp/livekit.RoomService/{method}")
    Mono<ResponseEntity<byte[]>> call(
            ServerWebExchange exchange,
            @PathVariable("method") String method,
            @RequestBody(required = false) byte @Nullable [] body) {
        return service.handle(exchange, method, body == null ? new byte[0] : body);
    }
}
