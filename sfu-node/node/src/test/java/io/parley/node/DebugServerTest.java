// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.room.IdentityPolicy;
import io.parley.api.room.Playout;
import io.parley.cluster.memory.InMemoryDirectory;
import io.parley.cluster.memory.InMemoryEventLog;
import io.parley.engine.shard.RoomDefaults;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DebugServerTest {
    /**
     * A page of any site that a developer looks at may give its own name our address (DNS rebinding), and then read the dumps
     * as its own.
     */
    @Test
    @Timeout(60)
    void answersToNamesOfTheLoopbackOnly() throws IOException {
        NodeSettings settings = new NodeSettings(
                1,
                0,
                List.of(InetAddress.getLoopbackAddress()),
                List.of(),
                0,
                RoomDefaults.of(
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(20),
                        0,
                        List.of(),
                        Playout.NONE,
                        IdentityPolicy.REPLACE),
                NodeLimits.NONE,
                false,
                "");
        try (SfuNode node = new SfuNode(settings, new InMemoryDirectory(() -> 0), new InMemoryEventLog());
                DebugServer server = new DebugServer(0, node)) {
            for (String host : new String[] {"localhost", "127.0.0.1", "[::1]", "localhost:" + server.port()}) {
                assertThat(ask(server.port(), host)).as(host).startsWith("HTTP/1.1 200");
            }
            for (String host :
                    new String[] {"example.org", "localhost.example.org", "127.0.0.1.example.org:7981", ""}) {
                assertThat(ask(server.port(), host)).as(host).startsWith("HTTP/1.1 403");
            }
        }
    }

    private static String ask(int port, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("GET /debug/shards HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
