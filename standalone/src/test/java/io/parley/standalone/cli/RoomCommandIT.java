// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.parley.standalone.RunningStandalone;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** `parley room` and a server. */
class RoomCommandIT {
    @RegisterExtension
    static final RunningStandalone STANDALONE = new RunningStandalone();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void createsListsAndDeletesRooms() {
        assertThat(room("create", "tea", "--empty-timeout", "10m", "--max-participants", "3", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(printed()).contains("\"empty_timeout\": 600", "\"max_participants\": 3");
        room("create", "cake");
        printed();
        assertThat(room("list")).isZero();
        assertThat(printed().lines()).first().asString().matches("SID +NAME +PARTICIPANTS +PUBLISHERS +CREATED");
        room("list", "tea");
        assertThat(printed()).contains("tea").doesNotContain("cake");
        assertThat(room("participants", "tea")).isZero();
        assertThat(printed().lines()).hasSize(1);
        assertThat(room("delete", "tea")).isZero();
        room("list", "tea");
        assertThat(printed()).doesNotContain("tea");
    }

    @Test
    void saysWhatTheServerRefuses() {
        assertThat(room("remove", "nowhere", "nobody")).isEqualTo(1);
        assertThat(err.toString()).startsWith("not_found: ");
        assertThat(room("list", "--api-key", "other", "--api-secret", "wrong")).isEqualTo(1);
        assertThat(err.toString()).containsPattern("HTTP status 401 .*: invalid API key");
    }

    @Test
    void saysWhereNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(run("room", "list", "--url", "ws://127.0.0.1:" + free)).isEqualTo(1);
        assertThat(err.toString()).contains("can't reach http://127.0.0.1:" + free, "--url");
        assertThat(run("room", "list", "--url", "no url")).isEqualTo(1);
        assertThat(err.toString()).contains("--url no url is no URL");
    }

    /** A proxy's page for people, and an answer that is no protobuf. */
    @Test
    void saysWhatIsNoLiveKitServer() throws IOException {
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            boolean isList = exchange.getRequestURI().getPath().endsWith("ListRooms");
            exchange.sendResponseHeaders(isList ? 200 : 502, 0);
            exchange.getResponseBody().write("<html>".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        other.start();
        try {
            String url = "http://127.0.0.1:" + other.getAddress().getPort();
            assertThat(run("room", "list", "--url", url)).isEqualTo(1);
            assertThat(err.toString()).contains(url + " answers what is no LiveKit API");
            assertThat(run("room", "delete", "--url", url, "x")).isEqualTo(1);
            assertThat(err.toString()).contains("HTTP status 502 from " + url);
        } finally {
            other.stop(0);
        }
    }

    private int room(String... args) {
        List<String> line = new ArrayList<>(List.of("room", args[0], "--url"));
        line.add("http://127.0.0.1:" + STANDALONE.port());
        Collections.addAll(line, List.of(args).subList(1, args.length).toArray(String[]::new));
        return run(line.toArray(String[]::new));
    }

    private int run(String... args) {
        return Cli.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    /** Since the last call. */
    private String printed() {
        String text = out.toString();
        out.getBuffer().setLength(0);
        return text;
    }
}
