// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** What may be asked of a room by its name. */
@NullMarked
package io.parley.api.room;

import org.jspecify.annotations.NullMarked;
