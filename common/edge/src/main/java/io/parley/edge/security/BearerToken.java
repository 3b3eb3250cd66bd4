// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.security;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/** Where a request has its token: `Authorization: Bearer`, else the query's access_token; never a form, which is a body. */
public final class BearerToken {
    private static final String PREFIX = "Bearer ";
    private static final String PARAMETER = "access_token";

    private BearerToken() {}

    /**
     * @param authorization the header, if there is one
     * @param uri with its query
     * @return null without a token
     * @throws InvalidBearerTokenException for a header that is no bearer's
     */
    public static @Nullable String find(@Nullable String authorization, String uri) {
        if (authorization != null && !authorization.startsWith(PREFIX)) {
            throw new InvalidBearerTokenException("invalid authorization header. Must start with Bearer");
        }
        String token = authorization == null ? parameter(uri) : authorization.substring(PREFIX.length());
        return token == null || token.isEmpty() ? null : token;
    }

    private static @Nullable String parameter(String uri) {
        if (!uri.contains(PARAMETER)) {
            return null;
        }
        List<String> values = new QueryStringDecoder(uri).parameters().get(PARAMETER);
        return values == null ? null : values.getFirst();
    }
}
