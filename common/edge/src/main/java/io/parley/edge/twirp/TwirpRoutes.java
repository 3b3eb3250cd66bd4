// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.parley.api.token.Grants;
import io.parley.edge.security.BearerToken;
import io.parley.edge.security.TokenSecurity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.web.server.ContentTooLargeException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /twirp/<service>/<method>}, straight from the HTTP server: through WebFlux and Spring Security a call takes several
 * times as long as what it does. Tokens are verified by the decoder that they use, and what is refused there is refused here in
 * the same words; any origin may call. Preflights, and services that are not here, go on to them.
 */
public final class TwirpRoutes implements NettyRouteProvider {
    private static final String PREFIX = "/twirp/";

    private final Map<String, TwirpService> services;
    private final ReactiveJwtDecoder tokens;
    private final int maxBodyBytes;

    /** @param services by their names with the package */
    public TwirpRoutes(Map<String, TwirpService> services, ReactiveJwtDecoder tokens, int maxBodyBytes) {
        this.services = Map.copyOf(services);
        this.tokens = tokens;
        this.maxBodyBytes = maxBodyBytes;
    }

    @Override
    public HttpServerRoutes apply(HttpServerRoutes routes) {
        return routes.route(request -> service(request) != null, this::handle);
    }

    private @Nullable TwirpService service(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.OPTIONS) || request.method().equals(HttpMethod.HEAD)) {
            return null;
        }
        String path = path(request);
        int slash = path.indexOf('/', PREFIX.length());
        return path.startsWith(PREFIX) && slash > 0 ? services.get(path.substring(PREFIX.length(), slash)) : null;
    }

    /** Of two leading slashes one goes, as everywhere: SDKs whose base URL ends in one send them. */
    private static String path(HttpServerRequest request) {
        String uri = request.uri();
        if (!uri.startsWith("/")) {
            return request.fullPath(); // absolute-form (RFC 9112 s.3.2.2)
        }
        int query = uri.indexOf('?');
        return uri.substring(uri.startsWith("//") ? 1 : 0, query < 0 ? uri.length() : query);
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        allow(request.requestHeaders().get(HttpHeaderNames.ORIGIN), response);
        String path = path(request);
        TwirpService service = services.get(path.substring(PREFIX.length(), path.indexOf('/', PREFIX.length())));
        if (service == null) {
            return response.sendNotFound();
        }
        String method = path.substring(path.indexOf('/', PREFIX.length()) + 1);
        return authenticate(request)
                .flatMap(call -> service.handle(call, method, body(request)))
                .onErrorResume(TwirpRoutes::isOfToken, refusal -> Mono.just(refuse((Exception) refusal)))
                .flatMap(answer -> send(answer, response));
    }

    private static void allow(@Nullable String origin, HttpServerResponse response) {
        response.addHeader(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
        if (origin != null) {
            response.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin)
                    .header(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, "*");
        }
    }

    // ---- tokens ----

    private record Call(HttpServerRequest request, @Nullable Grants grants) implements TwirpService.Request {
        @Override
        public String method() {
            return request.method().name();
        }

        @Override
        public @Nullable String header(String name) {
            return request.requestHeaders().get(name);
        }
    }

    private Mono<Call> authenticate(HttpServerRequest request) {
        String token;
        try {
            token = BearerToken.find(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION), request.uri());
        } catch (AuthenticationException e) {
            return Mono.error(e);
        }
        return token == null
                ? Mono.just(new Call(request, null))
                : tokens.decode(token).map(good -> new Call(request, Grants.fromClaims(good.getClaims())));
    }

    private static boolean isOfToken(Throwable error) {
        return error instanceof AuthenticationException || error instanceof JwtException;
    }

    private static ResponseEntity<byte[]> refuse(Exception refusal) {
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
                .contentType(MediaType.TEXT_PLAIN)
                .body(TokenSecurity.message(refusal).getBytes(StandardCharsets.UTF_8));
    }

    // ---- bodies ----

    /** Read when somebody asks for it. Fails with {@link ContentTooLargeException}. */
    private Mono<byte[]> body(HttpServerRequest request) {
        String length = request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && isTooLong(length)) {
            return Mono.error(tooLarge());
        }
        return request.receive()
                .collect(ByteArrayOutputStream::new, this::append)
                .map(ByteArrayOutputStream::toByteArray);
    }

    /** The HTTP codec lets only numbers pass. */
    private boolean isTooLong(String length) {
        return length.length() > 10 || Long.parseLong(length) > maxBodyBytes;
    }

    private void append(ByteArrayOutputStream body, ByteBuf part) {
        if (body.size() + part.readableBytes() > maxBodyBytes) {
            throw tooLarge();
        }
        byte[] bytes = new byte[part.readableBytes()];
        part.readBytes(bytes);
        body.writeBytes(bytes);
    }

    private static ContentTooLargeException tooLarge() {
        return new ContentTooLargeException(null);
    }

    /** On the connection's loop, as everything is written there. */
    private static Mono<Void> send(ResponseEntity<byte[]> answer, HttpServerResponse response) {
        byte[] body = answer.getBody() == null ? new byte[0] : answer.getBody();
        response.status(answer.getStatusCode().value());
        MediaType type = answer.getHeaders().getContentType();
        if (type != null) {
            response.header(HttpHeaderNames.CONTENT_TYPE, type.toString());
        }
        Mono<Void> sent = response.sendByteArray(Mono.just(body)).then();
        EventLoop loop = loop(response);
        return loop.inEventLoop() ? sent : sent.subscribeOn(Schedulers.fromExecutor(loop));
    }

    private static EventLoop loop(HttpServerResponse response) {
        AtomicReference<EventLoop> loop = new AtomicReference<>();
        response.withConnection(connection -> loop.set(connection.channel().eventLoop()));
        return loop.get();
    }
}
