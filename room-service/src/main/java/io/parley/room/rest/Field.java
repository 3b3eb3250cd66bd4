// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What callers are told of a component of a JSON record, and what is checked where it is sent to us. One that is not
 * {@code @Nullable} is required.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Field {
    /** What it is, with its unit. */
    String value();

    /** Text as it is, anything else in JSON; "" where the type says enough. */
    String example() default "";

    /** The least that a number may be, or the bytes of a text. */
    int min() default 0;

    /** The most that a number may be, or the bytes of a text or of data, or the elements of a list. */
    int max() default Integer.MAX_VALUE;
}
