// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.GZIPInputStream;
import livekit.LivekitRtc.JoinRequest;
import livekit.LivekitRtc.WrappedJoinRequest;
import org.jspecify.annotations.Nullable;

/** Reads the join_request parameter: base64url of a wrapped, possibly gzipped JoinRequest. */
final class JoinRequests {
    /** LiveKit's cap, after inflation. */
    static final int MAX_BYTES = 1 << 20;

    private JoinRequests() {}

    /** @throws ApiError INVALID_ARGUMENT (HTTP 400) saying what is wrong */
    static JoinRequest decode(@Nullable String parameter) {
        if (parameter == null || parameter.isEmpty()) {
            throw bad("join_request is required");
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(parameter);
        } catch (IllegalArgumentException e) {
            throw bad("cannot base64 decode wrapped join request");
        }
        try {
            WrappedJoinRequest wrapped = WrappedJoinRequest.parseFrom(bytes);
            byte[] inner = wrapped.getJoinRequest().toByteArray();
            if (wrapped.getCompression() == WrappedJoinRequest.Compression.GZIP) {
                inner = inflate(inner);
            }
            if (inner.length > MAX_BYTES) {
                throw bad("join request too large");
            }
            return JoinRequest.parseFrom(inner);
        } catch (InvalidProtocolBufferException e) {
            throw bad("cannot unmarshal join request");
        }
    }

    private static byte[] inflate(byte[] gzipped) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
            return in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw bad("cannot read decompressed join request");
        }
    }

    private static ApiError bad(String message) {
        return ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, message);
    }
}
