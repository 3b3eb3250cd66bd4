// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.TimeoutException;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.WebhookEndpoint;
import io.parley.edge.http.Networks;
import io.parley.edge.security.ApiKeys;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * Makes requests as LiveKit does, signed by Standard Webhooks, too. Certificates are verified; a redirect is no success and
 * is not followed; of a response counts its head, and of its body 64 kB are read so that the connection can be used again.
 */
public final class HttpWebhookSender implements WebhookSender, AutoCloseable {
    /** Firewalls and receivers know LiveKit's by it. */
    private static final String USER_AGENT = "LiveKit";

    private static final String CONTENT_TYPE = "application/webhook+json";
    private static final String BROKEN = "connection broke";
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final Duration MAX_BODY_TIME = Duration.ofSeconds(1);
    private static final Duration MAX_IDLE_TIME = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final int LOOPS = 2;

    private final LoopResources loops = LoopResources.create("webhooks", LOOPS, true);
    private final ConnectionProvider connections;
    private final AddressResolverGroup<InetSocketAddress> names;
    private final GuardedResolverGroup guardedNames;
    private final HttpClient anywhere;
    private final HttpClient guarded;
    private final Signatures signatures;
    private final Duration timeout;
    private final LongSupplier wallMs;

    /**
     * @param allowed networks that endpoints of the API may be in, beside the public internet; configured ones may be anywhere
     * @param wallMs milliseconds since 1970
     */
    public HttpWebhookSender(ApiKeys keys, DeliverySettings settings, Networks allowed, LongSupplier wallMs) {
        this.signatures = new Signatures(keys);
        this.timeout = settings.timeout();
        this.wallMs = wallMs;
        connections = ConnectionProvider.builder("webhooks")
                .maxConnections(settings.maxRequests())
                .pendingAcquireTimeout(settings.timeout())
                .maxIdleTime(MAX_IDLE_TIME)
                .evictInBackground(MAX_IDLE_TIME)
                .build();
        names = resolver();
        guardedNames = new GuardedResolverGroup(resolver(), new AddressGuard(allowed));
        HttpClient client = HttpClient.create(connections)
                .runOn(loops, false)
                .noProxy()
                .followRedirect(false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.timeout().toMillis());
        anywhere = client.resolver(names);
        guarded = client.resolver(guardedNames);
    }

    private AddressResolverGroup<InetSocketAddress> resolver() {
        return new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(NioDatagramChannel.class)
                .socketChannelType(NioSocketChannel.class)
                .queryTimeoutMillis(timeout.toMillis()));
    }

    @Override
    public CompletionStage<Reply> send(WebhookEndpoint endpoint, Delivery delivery) {
        return Mono.defer(() -> request(endpoint, delivery))
                .timeout(timeout)
                .onErrorResume(error -> Mono.just(Reply.failed(name(error))))
                .toFuture()
                .thenApply(reply -> reply == null ? Reply.failed(BROKEN) : reply);
    }

    private Mono<Reply> request(WebhookEndpoint endpoint, Delivery delivery) {
        if (!signatures.canSign(endpoint)) {
            return Mono.just(Reply.failed("its API key is not configured"));
        }
        Instant now = Instant.ofEpochMilli(wallMs.getAsLong());
        byte[] body = delivery.body().getBytes(UTF_8);
        return (endpoint.isConfigured() ? anywhere : guarded)
                .headers(headers -> headers.set("user-agent", USER_AGENT)
                        .set("content-type", CONTENT_TYPE)
                        .set("content-length", body.length)
                        .set("authorization", signatures.authorization(endpoint, body, now))
                        .set("webhook-id", delivery.event())
                        .set("webhook-timestamp", now.getEpochSecond())
                        .set("webhook-signature", signatures.standard(endpoint, delivery.event(), body, now))
                        .set("parley-epoch", delivery.epoch())
                        .set("parley-sequence", delivery.sequence()))
                .post()
                .uri(endpoint.url())
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                .response((response, content) ->
                        drain(content).thenReturn(new Reply(response.status().code(), "", retryAfter(response, now))))
                .next();
    }

    /** Ends early for a body that is long or slow; the connection is closed then. */
    private static Mono<Void> drain(ByteBufFlux content) {
        return content.map(ByteBuf::readableBytes)
                .scan(0, Integer::sum)
                .takeUntil(bytes -> bytes > MAX_BODY_BYTES)
                .take(MAX_BODY_TIME)
                .then()
                .onErrorComplete();
    }

    private static Duration retryAfter(HttpClientResponse response, Instant now) {
        String value = response.responseHeaders().get("retry-after");
        if (value == null) {
            return Duration.ZERO;
        }
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Duration until = Duration.between(
                    now,
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /** Without what the exception says: it may have the URL, and a URL a secret. */
    private static String name(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case GuardedResolverGroup.NotAllowedException e -> {
                    return "address not allowed";
                }
                case java.util.concurrent.TimeoutException e -> {
                    return "timeout";
                }
                case TimeoutException e -> {
                    return "timeout";
                }
                case DnsNameResolverTimeoutException e -> {
                    return "name look-up timed out";
                }
                case UnknownHostException e -> {
                    return "unknown host";
                }
                case SSLException e -> {
                    return "TLS";
                }
                case ConnectException e -> {
                    return "connection failed";
                }
                default -> {}
            }
        }
        return BROKEN;
    }

    @Override
    public void close() {
        connections
                .disposeLater()
                .then(loops.disposeLater(Duration.ZERO, CLOSE_TIMEOUT))
                .block(CLOSE_TIMEOUT.multipliedBy(2));
        names.close();
        guardedNames.close();
    }
}
