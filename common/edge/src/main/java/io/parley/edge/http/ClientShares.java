// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/** How many connections of one client may be in use, and what those are told that want more. Safe for any threads. */
public final class ClientShares {
    private final TrustedProxies proxies;
    private final Shares<ClientNetwork> shares;

    public ClientShares(int max, TrustedProxies proxies) {
        this.proxies = proxies;
        this.shares = new Shares<>(max);
    }

    ClientNetwork client(Channel channel, HttpRequest request) {
        SocketAddress peer = channel.remoteAddress();
        return ClientNetwork.of(
                peer instanceof InetSocketAddress internet ? proxies.client(internet, request.headers()) : peer);
    }

    boolean tryTake(ClientNetwork client) {
        return shares.tryTake(client);
    }

    void giveBack(ClientNetwork client) {
        shares.giveBack(client);
    }

    /** A web page may read it, as every answer. */
    FullHttpResponse refusal() {
        String reason = "as many connections of one address are in use as may be: " + shares.max()
                + " (parley.http.max-connections-per-address). Where it is a proxy's, parley.http.trusted-proxies names it";
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.TOO_MANY_REQUESTS, Unpooled.wrappedBuffer(text));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.length)
                .set(HttpHeaderNames.RETRY_AFTER, RequestErrors.RETRY_AFTER_S)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }
}
