// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** What the room API does: permissions and limits, then the node that has the room. */
@NullMarked
package io.parley.room.admin;

import org.jspecify.annotations.NullMarked;
