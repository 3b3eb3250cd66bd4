// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;

/** Where the outcome of a call of the server API goes: exactly one, now or later. */
public interface CallResult {
    /** @param response of the type of the method's responses */
    void answer(Message response);

    void refuse(ApiError why);
}
