// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import org.jspecify.annotations.Nullable;

/** How a signing secret gives way to the next. */
record RotateWebhookSecret(
        @Field(value = "Hours for which the secrets before sign, too; 24 if absent.", example = "24", max = 720)
        @Nullable
        Integer overlapHours) {}
