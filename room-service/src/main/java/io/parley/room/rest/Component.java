// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A component of a JSON record: its name, what is said of it, its value and an example of one. */
record Component(RecordComponent reflected) {
    static List<Component> of(Class<?> record) {
        return Arrays.stream(record.getRecordComponents()).map(Component::new).toList();
    }

    String name() {
        return reflected.getName();
    }

    Class<?> type() {
        return reflected.getType();
    }

    /** With what it is a list or a map of. */
    Type genericType() {
        return reflected.getGenericType();
    }

    Field field() {
        return reflected.getAnnotation(Field.class);
    }

    boolean isRequired() {
        return !reflected.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    @Nullable
    Object valueIn(Record record) {
        try {
            return reflected.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("accessor of " + reflected, e);
        }
    }

    /** A whole record, made of its components' examples. */
    static JsonObject example(Class<?> record) {
        JsonObject example = new JsonObject();
        for (Component component : of(record)) {
            Object value = component.example();
            if (value != null) {
                example.with(component.name(), value);
            }
        }
        return example;
    }

    /** Its own, or made of those of the records in it; null if there is none. */
    private @Nullable Object example() {
        String text = field().example();
        if (!text.isEmpty()) {
            return isText() ? text : Json.tree(text);
        }
        if (type().isRecord()) {
            return example(type());
        }
        return genericType() instanceof ParameterizedType list
                        && list.getActualTypeArguments()[0] instanceof Class<?> element
                        && element.isRecord()
                ? List.of(example(element))
                : null;
    }

    private boolean isText() {
        return type() == String.class || type() == byte[].class || type() == Instant.class || type().isEnum();
    }

    /** Examples that its {@link Field} has. */
    List<Object> examples() {
        Object example = field().example().isEmpty() ? null : example();
        return example == null ? List.of() : List.of(example);
    }
}
