// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.api.token.VideoGrant;
import io.parley.edge.security.AccessTokens;
import io.parley.edge.security.ApiKeys;
import io.parley.node.SfuNode;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/** What a developer needs to connect, on the terminal, once everything listens. */
final class StartupBanner {
    private static final Duration TOKEN_LIFETIME = Duration.ofHours(6);

    private final ParleyProperties properties;
    private final ApiKeys keys;
    private final SfuNode node;
    private int port;

    StartupBanner(ParleyProperties properties, ApiKeys keys, SfuNode node) {
        this.properties = properties;
        this.keys = keys;
        this.node = node;
    }

    @EventListener
    void onWebServer(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) {
            port = event.getWebServer().getPort();
        }
    }

    @EventListener(ApplicationReadyEvent.class)
    void print() {
        long startMs = ManagementFactory.getRuntimeMXBean().getUptime();
        StringBuilder text = new StringBuilder("\n  Parley is listening after %.1f s\n\n".formatted(startMs / 1000.0));
        text.append("    signal and API   ws://localhost:%d\n".formatted(port));
        text.append("    media            UDP %s\n".formatted(node.udpPorts()));
        if (properties.development()) {
            String key = keys.first().getKey();
            String token =
                    AccessTokens.mint(keys, key, "alice", VideoGrant.join("demo"), Instant.now(), TOKEN_LIFETIME);
            text.append("    API key          %s\n".formatted(key));
            text.append("    API secret       %s\n".formatted(keys.first().getValue()));
            text.append("    token            %s\n".formatted(token));
            text.append("                     (identity alice, room demo, valid for six hours)\n\n");
            text.append("  Connect with the JavaScript SDK:\n\n");
            text.append("    import { Room } from 'livekit-client';\n");
            text.append("    const room = new Room();\n");
            text.append("    await room.connect('ws://localhost:%d', token);\n".formatted(port));
            text.append("    await room.localParticipant.enableCameraAndMicrophone();\n");
        }
        System.out.println(text);
    }
}
