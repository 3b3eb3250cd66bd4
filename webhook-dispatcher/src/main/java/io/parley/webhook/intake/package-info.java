// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** From the event log into the store: what each endpoint is to be told. */
@NullMarked
package io.parley.webhook.intake;

import org.jspecify.annotations.NullMarked;
