// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.socket;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

/**
 * Frames that are protobuf messages.
 *
 * @param request any instance of what clients send
 * @param response any instance of what they are sent
 */
public record ProtoFrames(Message request, Message response) implements ClientSocket.Json {
    @Override
    public String print(byte[] frame) {
        try {
            return JsonFormat.printer().print(response.getParserForType().parseFrom(frame));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    "no " + response.getDescriptorForType().getName(), e);
        }
    }

    @Override
    public byte[] parse(String text) {
        Message.Builder builder = request.newBuilderForType();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(text, builder);
            return builder.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            return new byte[] {0};
        }
    }
}
