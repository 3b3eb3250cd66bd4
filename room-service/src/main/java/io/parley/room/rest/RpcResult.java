// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import livekit.LivekitRoom.PerformRpcResponse;

/** What a participant's method returned. */
record RpcResult(
        @Field(value = "As it returned it.", example = "hello operator")
        String payload) {
    static RpcResult of(PerformRpcResponse response) {
        return new RpcResult(response.getPayload());
    }
}
