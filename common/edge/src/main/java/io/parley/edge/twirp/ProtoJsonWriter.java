// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.io.SerializedString;
import tools.jackson.databind.json.JsonMapper;

/**
 * The same JSON as protobuf's library makes with field names of the .proto and all fields that have no presence, at a fraction of
 * its price: it builds a tree of each message first.
 */
final class ProtoJsonWriter {
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonFormat.Printer LIBRARY = JsonFormat.printer()
            .preservingProtoFieldNames()
            .alwaysPrintFieldsWithNoPresence()
            .omittingInsignificantWhitespace();
    private static final int SIZE = 1 << 10;

    private record Field(FieldDescriptor descriptor, SerializedString name) {}

    /** By message type, in the order of their numbers. */
    private static final Map<Descriptor, List<Field>> FIELDS = new ConcurrentHashMap<>();

    private ProtoJsonWriter() {}

    static byte[] write(Message message) throws InvalidProtocolBufferException {
        StringWriter text = new StringWriter(SIZE);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(message, json);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Message message, JsonGenerator json) throws InvalidProtocolBufferException {
        if (ProtoJson.isWellKnown(message.getDescriptorForType())) {
            json.writeRawValue(LIBRARY.print(message));
            return;
        }
        json.writeStartObject();
        for (Field field : FIELDS.computeIfAbsent(message.getDescriptorForType(), ProtoJsonWriter::fields)) {
            FieldDescriptor descriptor = field.descriptor();
            if (!descriptor.hasPresence() || message.hasField(descriptor)) {
                json.writeName(field.name());
                write(descriptor, message.getField(descriptor), json);
            }
        }
        json.writeEndObject();
    }

    private static List<Field> fields(Descriptor type) {
        return type.getFields().stream()
                .sorted()
                .map(field -> new Field(field, new SerializedString(field.getName())))
                .toList();
    }

    private static void write(FieldDescriptor field, Object value, JsonGenerator json)
            throws InvalidProtocolBufferException {
        if (field.isMapField()) {
            writeMap(field.getMessageType(), (List<?>) value, json);
        } else if (field.isRepeated()) {
            json.writeStartArray();
            for (Object element : (List<?>) value) {
                writeValue(field, element, json);
            }
            json.writeEndArray();
        } else {
            writeValue(field, value, json);
        }
    }

    private static void writeMap(Descriptor entryType, List<?> entries, JsonGenerator json)
            throws InvalidProtocolBufferException {
        FieldDescriptor key = entryType.findFieldByName("key");
        FieldDescriptor value = entryType.findFieldByName("value");
        json.writeStartObject();
        for (Object element : entries) {
            Message entry = (Message) element;
            json.writeName(text(key, entry.getField(key)));
            writeValue(value, entry.getField(value), json);
        }
        json.writeEndObject();
    }

    private static void writeValue(FieldDescriptor field, Object value, JsonGenerator json)
            throws InvalidProtocolBufferException {
        switch (value) {
            case String text -> json.writeString(text);
            case Boolean flag -> json.writeBoolean(flag);
            case Integer number -> json.writeNumber(isUnsigned(field) ? Integer.toUnsignedLong(number) : number);
            case Long number -> json.writeString(text(field, number)); // more digits than JavaScript's numbers have
            case Float number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case ByteString bytes -> json.writeBinary(bytes.toByteArray());
            case EnumValueDescriptor constant when constant.getIndex() < 0 -> json.writeNumber(constant.getNumber());
            case EnumValueDescriptor constant -> json.writeString(constant.getName());
            case Message message -> write(message, json);
            default -> throw new IllegalArgumentException(field + " can't have a " + value.getClass());
        }
    }

    private static String text(FieldDescriptor field, Object value) {
        return switch (value) {
            case Integer number when isUnsigned(field) -> Integer.toUnsignedString(number);
            case Long number when isUnsigned(field) -> Long.toUnsignedString(number);
            default -> value.toString();
        };
    }

    private static boolean isUnsigned(FieldDescriptor field) {
        return switch (field.getType()) {
            case UINT32, FIXED32, UINT64, FIXED64 -> true;
            default -> false;
        };
    }
}
