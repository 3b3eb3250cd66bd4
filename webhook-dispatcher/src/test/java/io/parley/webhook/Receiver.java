// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/** An HTTP server that notes what it gets, and answers as told. */
public final class Receiver implements AutoCloseable {
    /** One request. */
    public record Got(String path, HttpHeaders headers, String body) {
        public String event() {
            return headers.get("webhook-id");
        }
    }

    public final List<Got> got = new CopyOnWriteArrayList<>();
    private final DisposableServer server;
    private volatile Function<Got, Answer> answer = got -> status(200);

    /** How a request is answered. */
    public interface Answer {
        Mono<Void> write(HttpServerResponse response);
    }

    public Receiver() {
        this(server -> server);
    }

    /** @param configure for TLS, say */
    public Receiver(UnaryOperator<HttpServer> configure) {
        server = configure
                .apply(HttpServer.create().host("127.0.0.1").port(0))
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asString(StandardCharsets.UTF_8)
                        .defaultIfEmpty("")
                        .flatMap(body -> {
                            Got one = new Got(request.uri(), request.requestHeaders(), body);
                            got.add(one);
                            return answer.apply(one).write(response);
                        }))
                .bindNow();
    }

    public void answer(Function<Got, Answer> answer) {
        this.answer = answer;
    }

    public static Answer status(int status) {
        return response -> response.status(status).send();
    }

    public static Answer status(int status, String header, String value) {
        return response -> response.status(status).header(header, value).send();
    }

    /** Never answers. */
    public static Answer hangs() {
        return response -> Mono.never();
    }

    public static Answer slow(int status, Duration delay) {
        return response -> Mono.delay(delay).then(response.status(status).send());
    }

    /** A body without end. */
    public static Answer endless(int status) {
        return response -> response.status(status)
                .sendByteArray(Flux.generate(sink -> sink.next(new byte[16_384])))
                .then();
    }

    /** A head at once, and little of the body that it announces. */
    public static Answer bodyHangs(int status) {
        return response -> response.status(status)
                .header("content-length", "100")
                .sendByteArray(Flux.concat(Mono.just(new byte[1]), Mono.never()))
                .then();
    }

    public int port() {
        return server.port();
    }

    public String url() {
        return "http://127.0.0.1:" + port() + "/hook?secret=in+it";
    }

    @Override
    public void close() {
        server.disposeNow(Duration.ofSeconds(1));
    }
}
