// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static io.parley.api.token.ParticipantLimits.sizeOf;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * JSON as this API reads and writes it: plain records, times as RFC 3339, enums in lower case. Reading takes nothing for
 * something else, no field twice, none that is unknown and none more than {@link Field} allows.
 */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE, EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .addModule(new SimpleModule().addDeserializer(byte[].class, new Base64Text()))
            .build();

    private Json() {}

    /** Jackson's own takes an array of numbers, too. */
    private static final class Base64Text extends StdDeserializer<byte[]> {
        Base64Text() {
            super(byte[].class);
        }

        @Override
        public byte[] deserialize(JsonParser parser, DeserializationContext context) {
            try {
                if (parser.hasToken(JsonToken.VALUE_STRING)) {
                    return Base64.getDecoder().decode(parser.getString());
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw MismatchedInputException.from(parser, byte[].class, "no base64");
        }
    }

    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** @throws ApiError naming the field that is wrong */
    static <T> T read(byte[] json, Class<T> type) {
        T value;
        try {
            value = MAPPER.readValue(json, type);
        } catch (UnrecognizedPropertyException e) {
            throw ApiError.ofArgument(path(e), "is unknown; known here: " + names(e.getKnownPropertyIds()));
        } catch (MismatchedInputException e) {
            throw path(e).isEmpty()
                    ? ApiError.ofCaller(ErrorCode.MALFORMED, "the body must be a JSON object")
                    : ApiError.ofArgument(path(e), "must be " + Schemas.words(e.getTargetType()));
        } catch (InputCoercionException e) { // an integer of more bits than there are
            throw ApiError.ofArgument(path(e), "must be " + Schemas.words(Integer.class));
        } catch (StreamReadException e) {
            throw ApiError.ofCaller(ErrorCode.MALFORMED, "the body is not JSON: " + e.getOriginalMessage());
        } catch (JacksonException e) {
            throw ApiError.ofCaller(ErrorCode.MALFORMED, "the body could not be read: " + e.getOriginalMessage());
        }
        if (value == null) {
            throw ApiError.ofCaller(ErrorCode.MALFORMED, "the body must be a JSON object");
        }
        check("", (Record) value);
        return value;
    }

    /** An example in JSON, as what the document is made of. */
    static Object tree(String json) {
        return MAPPER.readValue(json, Object.class);
    }

    private static void check(String prefix, Record record) {
        for (Component component : Component.of(record.getClass())) {
            String name = prefix + component.name();
            Object value = component.valueIn(record);
            if (value != null) {
                check(name, value, component.field());
            } else if (component.isRequired()) {
                throw ApiError.ofArgument(name, "is required");
            }
        }
    }

    private static void check(String name, Object value, Field field) {
        switch (value) {
            case Integer number
            when number < field.min() || number > field.max() ->
                throw ApiError.ofArgument(name, "must be a number from " + field.min() + " to " + field.max());
            case String text
            when sizeOf(text) < field.min() || sizeOf(text) > field.max() ->
                throw ApiError.ofArgument(
                        name,
                        field.max() == Integer.MAX_VALUE
                                ? "must have " + field.min() + " bytes or more"
                                : "must have from " + field.min() + " to " + field.max() + " bytes");
            case byte[] bytes
            when bytes.length > field.max() ->
                throw ApiError.ofArgument(name, "may have " + field.max() + " bytes at most");
            case Collection<?> list -> {
                if (list.size() > field.max()) {
                    throw ApiError.ofArgument(name, "may have " + field.max() + " elements at most");
                }
                list.forEach(element -> checkElement(name, element));
            }
            case Map<?, ?> map -> map.values().forEach(element -> checkElement(name, element));
            case Record record -> check(name + ".", record);
            default -> checkWord(name, value);
        }
    }

    private static void checkElement(String name, @Nullable Object value) {
        switch (value) {
            case null -> throw ApiError.ofArgument(name, "must not hold null");
            case Record record -> check(name + ".", record);
            default -> checkWord(name, value);
        }
    }

    private static void checkWord(String name, Object value) {
        if (value instanceof Enum<?> constant && !Schemas.isWord(constant)) {
            throw ApiError.ofArgument(name, "must be " + Schemas.words(constant.getDeclaringClass()));
        }
    }

    /** As in {@code agents[2].agentName}. */
    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    private static String names(@Nullable Collection<Object> known) {
        return new TreeSet<>(known == null ? List.of() : known)
                .stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
