// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import io.parley.api.token.VideoGrant;

/**
 * Who calls the server API.
 *
 * @param requestId the call's {@code X-Livekit-Request-Id} with the caller's API key, the same when an SDK tries again; or ""
 */
public record Caller(VideoGrant grant, String requestId) {}
