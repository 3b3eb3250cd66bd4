// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads protobuf's JSON as strictly as LiveKit does with Go's library: Java's by itself takes numbers for strings, strings for
 * booleans, names without quotes and a field twice. {@link ProtoJsonWriter} writes it.
 */
public final class ProtoJson {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    /** Timestamp, Struct, wrappers and their like have JSON of their own. */
    private static final String WELL_KNOWN = "google.protobuf.";

    private ProtoJson() {}

    /** @throws InvalidProtocolBufferException saying what is wrong */
    public static void merge(byte[] json, Message.Builder into) throws InvalidProtocolBufferException {
        JsonNode tree;
        try {
            tree = STRICT.readTree(json);
        } catch (JacksonException e) {
            throw new InvalidProtocolBufferException(e.getOriginalMessage());
        }
        checkMessage(tree, into.getDescriptorForType());
        PARSER.merge(new String(json, StandardCharsets.UTF_8), into);
        AgentJson.merge(tree, into);
    }

    static boolean isWellKnown(Descriptor type) {
        return type.getFullName().startsWith(WELL_KNOWN);
    }

    private static void checkMessage(JsonNode node, Descriptor type) throws InvalidProtocolBufferException {
        if (isWellKnown(type)) {
            return;
        }
        expect(node.isObject(), type.getName(), node);
        Map<String, FieldDescriptor> fields = new HashMap<>();
        for (FieldDescriptor field : type.getFields()) {
            fields.put(field.getName(), field);
            fields.put(field.getJsonName(), field);
        }
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            FieldDescriptor field = fields.get(property.getKey());
            if (field != null && !property.getValue().isNull()) {
                checkField(property.getValue(), field);
            }
        }
    }

    private static void checkField(JsonNode node, FieldDescriptor field) throws InvalidProtocolBufferException {
        if (field.isMapField()) {
            expect(node.isObject(), field.getName(), node);
            FieldDescriptor value = field.getMessageType().findFieldByName("value");
            for (JsonNode element : node.values()) {
                checkValue(element, value);
            }
        } else if (field.isRepeated()) {
            expect(node.isArray(), field.getName(), node);
            for (JsonNode element : node.values()) {
                checkValue(element, field);
            }
        } else {
            checkValue(node, field);
        }
    }

    private static void checkValue(JsonNode node, FieldDescriptor field) throws InvalidProtocolBufferException {
        switch (field.getJavaType()) {
            case STRING, BYTE_STRING -> expect(node.isString(), field.getName(), node);
            case BOOLEAN -> expect(node.isBoolean(), field.getName(), node);
            case INT, LONG, FLOAT, DOUBLE -> expect(node.isNumber() || node.isString(), field.getName(), node);
            case ENUM -> expect(node.isIntegralNumber() || isName(node), field.getName(), node);
            case MESSAGE -> checkMessage(node, field.getMessageType());
        }
    }

    /** A number in quotes is none. */
    private static boolean isName(JsonNode node) {
        return node.isString() && !node.stringValue().matches("-?\\d*");
    }

    private static void expect(boolean isRight, String field, JsonNode node) throws InvalidProtocolBufferException {
        if (!isRight) {
            throw new InvalidProtocolBufferException("invalid value for " + field + ": a JSON "
                    + node.getNodeType().name().toLowerCase(Locale.ROOT));
        }
    }
}
