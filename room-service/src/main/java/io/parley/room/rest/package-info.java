// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The REST API under {@code /v1}: resources in JSON before the same {@link io.parley.room.admin.RoomAdmin} that Twirp's
 * methods call. An {@link io.parley.room.rest.Operation} says all there is to know of a route; {@link
 * io.parley.room.rest.RestApi} answers by it and {@link io.parley.room.rest.OpenApi} describes it, so neither knows a route
 * that the other does not.
 */
@NullMarked
package io.parley.room.rest;

import org.jspecify.annotations.NullMarked;
