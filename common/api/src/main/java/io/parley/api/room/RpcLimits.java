// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.room;

import java.time.Duration;
import livekit.LivekitRoom.PerformRpcRequest;

/** LiveKit's times and sizes of a call that a server makes to a participant (PerformRpc). */
public final class RpcLimits {
    /** LiveKit #5037: how long the participant may take to say that it heard. */
    public static final Duration ACK_TIMEOUT = Duration.ofSeconds(7);

    public static final int MAX_PAYLOAD_BYTES = 15_360;

    /** LiveKit's SDKs: of a method's name. */
    public static final int MAX_METHOD_BYTES = 64;

    /** LiveKit has no such limit; a caller's connection waits for as long. */
    public static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

    private RpcLimits() {}

    /** How long the participant may take to answer. */
    public static Duration timeout(PerformRpcRequest request) {
        long asked = Integer.toUnsignedLong(request.getResponseTimeoutMs());
        return asked == 0 ? DEFAULT_TIMEOUT : Duration.ofMillis(Math.min(asked, MAX_TIMEOUT.toMillis()));
    }
}
