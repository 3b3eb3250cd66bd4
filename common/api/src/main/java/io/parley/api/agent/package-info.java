// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** Jobs of agents, and the workers that do them. */
@NullMarked
package io.parley.api.agent;

import org.jspecify.annotations.NullMarked;
