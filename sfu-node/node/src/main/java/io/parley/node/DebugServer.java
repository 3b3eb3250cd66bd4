// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Dumps for people, on loopback only: {@code /debug/shards}, {@code /debug/rooms/<name>},
 * {@code /debug/participants/<sid or identity>}, {@code /debug/participants}.
 */
public final class DebugServer implements AutoCloseable {
    private static final Pattern LOOPBACK_HOST = Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?");

    private final HttpServer server;
    private final JsonMapper json = JsonMapper.builder()
            .enable(tools.jackson.databind.SerializationFeature.INDENT_OUTPUT)
            .build();

    public DebugServer(int port, SfuNode node) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "can't bind the debug port " + port + ": " + e.getMessage()
                            + ". Stop what uses it, or set parley.rtc.debug-port",
                    e);
        }
        server.createContext("/debug/shards", exchange -> reply(exchange, node::dumpShards));
        server.createContext("/debug/rooms/", exchange -> {
            String room = argument(exchange);
            reply(
                    exchange,
                    () -> node.dump().stream()
                            .filter(seat -> seat.room().equals(room))
                            .toList());
        });
        server.createContext("/debug/participants", exchange -> {
            String wanted = argument(exchange);
            reply(
                    exchange,
                    () -> node.dump().stream()
                            .filter(seat -> wanted.equals("participants")
                                    || seat.sid().equals(wanted)
                                    || seat.identity().equals(wanted))
                            .toList());
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static String argument(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A page of any site may lead its own name here; the browser then tells us that name. */
    private static boolean isForLoopback(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("Host");
        return host != null && LOOPBACK_HOST.matcher(host).matches();
    }

    private void reply(HttpExchange exchange, Supplier<?> dump) throws IOException {
        try (exchange) {
            if (!isForLoopback(exchange)) {
                exchange.sendResponseHeaders(403, -1);
                return;
            }
            byte[] body = json.writeValueAsBytes(dump.get());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
