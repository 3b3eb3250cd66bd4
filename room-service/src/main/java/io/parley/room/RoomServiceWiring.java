// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.micrometer.core.instrument.MeterRegistry;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomRouter;
import io.parley.edge.LeadingSlashFilter;
import io.parley.edge.error.DroppedErrors;
import io.parley.edge.error.PlainErrors;
import io.parley.edge.security.TokenSecurity;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.api.HealthController;
import io.parley.room.api.RoomServiceController;
import io.parley.room.signal.SignalController;
import io.parley.room.signal.SignalMetrics;
import java.security.SecureRandom;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.netty.http.server.WebsocketServerSpec;

/** The parts of the room-service. Needs a {@link Directory}, {@link NodeLinks}, {@link RoomSettings} and {@link io.parley.edge.security.ApiKeys}. */
@Configuration(proxyBeanMethods = false)
@Import({TokenSecurity.class, PlainErrors.class})
public class RoomServiceWiring {
    static {
        DroppedErrors.install();
    }

    /** LiveKit's signal_message_size_limit; Reactor Netty's own default of 64 KiB closes real clients. */
    private static final int MAX_FRAME_BYTES = 2 << 20;

    @Bean
    WebSocketService signalWebSocketService() {
        return new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(() -> WebsocketServerSpec.builder()
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .compress(true)));
    }

    @Bean
    RoomRouter roomRouter(Directory directory, NodeLinks links, RoomSettings settings) {
        return new RoomRouter(directory, links, new Placement(settings.region(), new SecureRandom()));
    }

    @Bean
    RoomAdmin roomAdmin(RoomRouter router, Directory directory) {
        return new RoomAdmin(router, directory);
    }

    @Bean
    SignalController signalController(
            RoomRouter router,
            RoomAdmin rooms,
            RoomSettings settings,
            WebSocketService webSocketService,
            MeterRegistry meters) {
        return new SignalController(router, rooms, settings, webSocketService, new SignalMetrics(meters));
    }

    @Bean
    RoomServiceController roomServiceController(RoomAdmin rooms, MeterRegistry meters) {
        return new RoomServiceController(rooms, meters);
    }

    @Bean
    LeadingSlashFilter leadingSlashFilter() {
        return new LeadingSlashFilter();
    }

    @Bean
    HealthController healthController() {
        return new HealthController();
    }
}
