// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import io.parley.api.room.RoomMethod;
import io.parley.api.room.RpcLimits;
import java.time.Duration;
import livekit.LivekitRoom.PerformRpcRequest;
import org.jspecify.annotations.Nullable;

/** A call of a method that a participant registered. */
record PerformRpc(
        @Field(value = "Its name there.", example = "greet", min = 1, max = RpcLimits.MAX_METHOD_BYTES)
        String method,

        @Field(
                value = "What it is called with.",
                example = "{\"from\":\"the operator\"}",
                max = RpcLimits.MAX_PAYLOAD_BYTES)
        @Nullable
        String payload,

        @Field(
                value = "Milliseconds to wait for its answer; 15,000 where it is absent.",
                example = "5000",
                min = 1,
                max = 600_000)
        @Nullable
        Integer responseTimeoutMs) {
    PerformRpcRequest toRequest(String room, String identity) {
        PerformRpcRequest.Builder request = PerformRpcRequest.newBuilder()
                .setRoom(room)
                .setDestinationIdentity(identity)
                .setMethod(method);
        if (payload != null) {
            request.setPayload(payload);
        }
        if (responseTimeoutMs != null) {
            request.setResponseTimeoutMs(responseTimeoutMs);
        }
        return request.build();
    }

    /** Within which there is an answer. */
    Duration timeout() {
        return RoomMethod.PERFORM_RPC.timeout().apply(toRequest("", ""));
    }
}
