// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.room.RpcLimits;
import io.parley.engine.message.CallResult;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.RpcError;
import livekit.LivekitModels.RpcRequest;
import livekit.LivekitModels.RpcResponse;
import livekit.LivekitRoom.PerformRpcRequest;
import livekit.LivekitRoom.PerformRpcResponse;

/**
 * Calls of servers to participants that are not answered yet. Participants see a call as one of a participant whose identity
 * is the call's id; what they answer to that identity comes here. Owned by the home.
 */
final class RpcCalls {
    /** Of one room: a caller that has so many has not been answered for long. */
    static final int MAX_PENDING = 1_000;

    private static final int VERSION = 1;
    private static final long MS_NS = 1_000_000L;

    private static final class Call {
        final String id;
        final String identity;
        final CallResult result;
        final long answerByNs;
        final DeadlineQueue.Entry<Call> deadline = new DeadlineQueue.Entry<>(this);
        boolean isAcknowledged;

        Call(String id, String identity, CallResult result, long answerByNs) {
            this.id = id;
            this.identity = identity;
            this.result = result;
            this.answerByNs = answerByNs;
        }
    }

    private final RandomGenerator random;
    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final DeadlineQueue<Call> deadlines = new DeadlineQueue<>();

    RpcCalls(RandomGenerator random) {
        this.random = random;
    }

    /** Notes a call. @return what the participant gets */
    DataPacket begin(long nowNs, PerformRpcRequest request, CallResult result) {
        if (calls.size() == MAX_PENDING) {
            throw new ApiError(
                    ErrorCode.RESOURCE_EXHAUSTED,
                    "more than " + MAX_PENDING + " calls to participants of the room wait for an answer",
                    ApiError.Fault.CALLER);
        }
        String id = new UUID(random.nextLong(), random.nextLong()).toString();
        long timeoutMs = RpcLimits.timeout(request).toMillis();
        String identity = request.getDestinationIdentity();
        Call call = new Call(id, identity, result, nowNs + timeoutMs * MS_NS);
        calls.put(id, call);
        deadlines.update(call.deadline, Deadline.earlier(call.answerByNs, nowNs + RpcLimits.ACK_TIMEOUT.toNanos()));
        return DataPacket.newBuilder()
                .setParticipantIdentity(id)
                .addDestinationIdentities(identity)
                .setRpcRequest(RpcRequest.newBuilder()
                        .setId(id)
                        .setMethod(request.getMethod())
                        .setPayload(request.getPayload())
                        .setResponseTimeoutMs((int) timeoutMs)
                        .setVersion(VERSION))
                .build();
    }

    /** @return whether the packet was an answer to a call of a server, and so is for nobody else */
    boolean onData(String senderIdentity, DataPacket packet) {
        String id = packet.hasRpcAck()
                ? packet.getRpcAck().getRequestId()
                : packet.getRpcResponse().getRequestId();
        Call call = calls.get(id);
        if (call == null || !call.identity.equals(senderIdentity)) {
            return false;
        }
        if (packet.hasRpcAck()) {
            call.isAcknowledged = true;
            deadlines.update(call.deadline, call.answerByNs);
        } else {
            remove(call);
            end(call, packet.getRpcResponse());
        }
        return true;
    }

    private void remove(Call call) {
        calls.remove(call.id);
        deadlines.update(call.deadline, Deadline.NEVER);
    }

    private static void end(Call call, RpcResponse response) {
        if (response.hasError()) {
            RpcError error = response.getError();
            call.result.refuse(new ApiError(code(error.getCode()), error.getMessage(), ApiError.Fault.DESTINATION));
        } else {
            call.result.answer(PerformRpcResponse.newBuilder()
                    .setPayload(response.getPayload())
                    .build());
        }
    }

    /** LiveKit's code of the server API for one of its codes of calls between participants. */
    private static ErrorCode code(int code) {
        return switch (code) {
            case 1400 -> ErrorCode.INVALID_ARGUMENT; // the method is not known there
            case 1401 -> ErrorCode.NOT_FOUND; // no such recipient
            case 1402 -> ErrorCode.MALFORMED; // the request is too large
            case 1403, 1404 -> ErrorCode.UNIMPLEMENTED; // another server, another version
            case 1501, 1502 -> ErrorCode.CANCELED; // not connected, not answered in time
            case 1503 -> ErrorCode.UNAVAILABLE; // gone
            default -> ErrorCode.INTERNAL; // the application's own, and a response that is too large
        };
    }

    /** Who was called is gone. */
    void onLeft(String identity) {
        for (Call call : List.copyOf(calls.values())) {
            if (call.identity.equals(identity)) {
                remove(call);
                call.result.refuse(new ApiError(code(1503), "Recipient disconnected", ApiError.Fault.DESTINATION));
            }
        }
    }

    long nextDeadlineNs() {
        return deadlines.nextDeadlineNs();
    }

    void onDeadline(long nowNs) {
        for (Call call = deadlines.pollDue(nowNs); call != null; call = deadlines.pollDue(nowNs)) {
            calls.remove(call.id);
            call.result.refuse(new ApiError(
                    code(call.isAcknowledged ? 1502 : 1501),
                    call.isAcknowledged ? "Response timeout" : "Connection timeout",
                    ApiError.Fault.DESTINATION));
        }
    }
}
