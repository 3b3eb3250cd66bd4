// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** From the store to the endpoints: who is next, the request, its signatures, and when to try again. */
@NullMarked
package io.parley.webhook.send;

import org.jspecify.annotations.NullMarked;
