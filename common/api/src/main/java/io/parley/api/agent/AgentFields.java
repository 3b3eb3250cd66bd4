// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import io.parley.api.error.ApiError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import livekit.LivekitAgent.Job;

/**
 * Where a message has its deployment and its attributes. The generated messages know neither: they come and go as unknown
 * fields.
 */
public enum AgentFields {
    REGISTER_WORKER(9, 0),
    ROOM_DISPATCH(4, 5),
    CREATE_DISPATCH(5, 6),
    DISPATCH(7, 8),
    JOB(11, 12);

    /** Of any map of strings. */
    private static final MapEntry<String, String> MAP_ENTRY = MapEntry.newDefaultInstance(
            Job.getDescriptor(), WireFormat.FieldType.STRING, "", WireFormat.FieldType.STRING, "");

    private final int deployment;

    /** 0 for a message without. */
    private final int attributes;

    AgentFields(int deployment, int attributes) {
        this.deployment = deployment;
        this.attributes = attributes;
    }

    /** Which of the workers of one name are meant: those that registered with the same, or "". */
    public String deployment(Message message) {
        var values = message.getUnknownFields().getField(deployment).getLengthDelimitedList();
        return values.isEmpty() ? "" : values.getLast().toString(StandardCharsets.UTF_8);
    }

    /** Of a message of this kind. @throws ApiError INVALID_ARGUMENT if they are no pairs of strings */
    public Map<String, String> attributes(Message message) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (ByteString encoded :
                message.getUnknownFields().getField(attributes).getLengthDelimitedList()) {
            try {
                MapEntry<String, String> pair = MAP_ENTRY.getParserForType().parseFrom(encoded);
                pairs.put(pair.getKey(), pair.getValue());
            } catch (InvalidProtocolBufferException e) {
                throw ApiError.ofArgument("attributes", "are no pairs of strings");
            }
        }
        return pairs;
    }

    /** For a message that is made. @param name of the deployment, or "" */
    public UnknownFieldSet of(String name, Map<String, String> attributes) {
        UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();
        if (!name.isEmpty()) {
            fields.mergeField(deployment, value(ByteString.copyFromUtf8(name)));
        }
        attributes.forEach((key, value) -> fields.mergeField(
                this.attributes,
                value(MAP_ENTRY.toBuilder().setKey(key).setValue(value).build().toByteString())));
        return fields.build();
    }

    private static UnknownFieldSet.Field value(ByteString bytes) {
        return UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build();
    }

    /** Of a message in which both are. @param into a message of the kind that is given */
    public void copy(Message from, AgentFields kind, Message.Builder into) {
        into.setUnknownFields(kind.of(deployment(from), attributes(from)));
    }
}
