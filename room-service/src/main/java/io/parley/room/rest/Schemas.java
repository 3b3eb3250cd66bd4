// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON Schema (2020-12, as OpenAPI 3.1 has it) of records, from their components, nullness and {@link Field}s. */
final class Schemas {
    private final JsonObject named = new JsonObject();

    /** What was asked for so far and what that refers to, by name. */
    JsonObject named() {
        return named;
    }

    /** A reference to the schema of a record. */
    JsonObject of(Class<? extends Record> type, boolean isRequest) {
        String name = type.getSimpleName().replaceFirst("Resource$", ""); // a RoomResource is a Room to callers
        return named.containsKey(name) ? reference(name) : define(name, object(type, isRequest));
    }

    /** Gives a schema its name. @return a reference to it */
    JsonObject define(String name, JsonObject schema) {
        named.with(name, schema);
        return reference(name);
    }

    private static JsonObject reference(String name) {
        return new JsonObject().with("$ref", "#/components/schemas/" + name);
    }

    private JsonObject object(Class<?> type, boolean isRequest) {
        JsonObject properties = new JsonObject();
        List<String> required = new ArrayList<>();
        for (Component component : Component.of(type)) {
            properties.with(component.name(), property(component, isRequest));
            if (component.isRequired()) {
                required.add(component.name());
            }
        }
        JsonObject schema = new JsonObject().with("type", "object").with("properties", properties);
        if (!required.isEmpty()) {
            schema.with("required", required);
        }
        return isRequest ? schema.with("additionalProperties", false) : schema;
    }

    private JsonObject property(Component component, boolean isRequest) {
        Field field = component.field();
        Class<?> type = component.type();
        JsonObject schema = of(component.genericType(), isRequest);
        if (type == Integer.class || type == int.class) {
            schema.with("minimum", field.min());
            schema.with("maximum", field.max());
        } else if (field.max() < Integer.MAX_VALUE && type == String.class) {
            schema.with("minLength", field.min());
            schema.with("maxLength", field.max()); // in characters, of which there are no more than bytes
        } else if (field.max() < Integer.MAX_VALUE && type == byte[].class) {
            schema.with("maxLength", (field.max() + 2) / 3 * 4); // as base64 has it
        } else if (field.max() < Integer.MAX_VALUE) {
            schema.with("maxItems", field.max());
        }
        schema.with("description", field.value());
        if (!component.examples().isEmpty()) {
            schema.with("examples", component.examples());
        }
        return schema;
    }

    private JsonObject of(Type type, boolean isRequest) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            JsonObject element = of(arguments[arguments.length - 1], isRequest);
            return generic.getRawType() == Map.class
                    ? new JsonObject().with("type", "object").with("additionalProperties", element)
                    : new JsonObject().with("type", "array").with("items", element);
        }
        Class<?> plain = (Class<?>) type;
        return plain.isRecord() ? of(plain.asSubclass(Record.class), isRequest) : scalar(plain);
    }

    /** The schema of a type that is no record, list or map. */
    static JsonObject scalar(Class<?> type) {
        if (type == String.class) {
            return new JsonObject().with("type", "string");
        }
        if (type == Integer.class || type == int.class) {
            return new JsonObject().with("type", "integer");
        }
        if (type == Boolean.class || type == boolean.class) {
            return new JsonObject().with("type", "boolean");
        }
        if (type == byte[].class) {
            return new JsonObject().with("type", "string").with("contentEncoding", "base64");
        }
        if (type == Instant.class) {
            return new JsonObject().with("type", "string").with("format", "date-time");
        }
        if (type.isEnum()) {
            return new JsonObject().with("type", "string").with("enum", constants(type));
        }
        throw new IllegalArgumentException("no JSON of ours: " + type);
    }

    /** What a value must be, for a sentence. */
    static String words(@Nullable Class<?> type) {
        if (type == null || type.isRecord() || Map.class.isAssignableFrom(type)) {
            return "an object";
        }
        if (type == byte[].class) {
            return "a string in base64";
        }
        if (type.isEnum()) {
            return "one of " + String.join(", ", constants(type));
        }
        if (List.class.isAssignableFrom(type)) {
            return "an array";
        }
        return type == String.class
                ? "a string"
                : type == Boolean.class ? "true or false" : "an integer from 0 to " + Integer.MAX_VALUE;
    }

    private static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> (Enum<?>) constant)
                .filter(Schemas::isWord)
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Not so protobuf's constant for numbers that it does not know. */
    static boolean isWord(Enum<?> constant) {
        return !constant.name().equals("UNRECOGNIZED");
    }
}
