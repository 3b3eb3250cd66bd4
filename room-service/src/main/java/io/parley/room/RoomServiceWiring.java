// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.id.NodeId;
import io.parley.cluster.Directory;
import io.parley.cluster.NodeLinks;
import io.parley.cluster.Placement;
import io.parley.cluster.RoomReaper;
import io.parley.cluster.RoomRouter;
import io.parley.cluster.webhook.DeliveryStore;
import io.parley.edge.LimitProperties;
import io.parley.edge.http.ClientShares;
import io.parley.edge.http.ConnectionLimit;
import io.parley.edge.http.DroppedErrors;
import io.parley.edge.http.HttpPort;
import io.parley.edge.http.HttpProperties;
import io.parley.edge.http.LeadingSlashFilter;
import io.parley.edge.http.TrustedProxies;
import io.parley.edge.security.ApiKeys;
import io.parley.edge.security.TokenSecurity;
import io.parley.edge.twirp.TwirpRoutes;
import io.parley.edge.twirp.TwirpService;
import io.parley.room.admin.NodeAdmin;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.agent.AgentController;
import io.parley.room.agent.AgentHandler;
import io.parley.room.agent.AgentTokens;
import io.parley.room.agent.SimulatedJobs;
import io.parley.room.api.AgentDispatchController;
import io.parley.room.api.HealthController;
import io.parley.room.api.MissingServices;
import io.parley.room.api.RoomServiceController;
import io.parley.room.rest.RestApi;
import io.parley.room.signal.SignalController;
import io.parley.room.signal.SignalMetrics;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.util.unit.DataSize;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.netty.http.server.WebsocketServerSpec;

/**
 * The parts of the room-service. Needs a {@link Directory}, {@link NodeLinks}, {@link DeliveryStore}, {@link RoomSettings}, {@link LimitProperties},
 * {@link HttpProperties} and {@link ApiKeys}.
 */
@Configuration(proxyBeanMethods = false)
@Import(TokenSecurity.class)
public class RoomServiceWiring {
    static {
        DroppedErrors.install();
    }

    /**
     * Uncompressed, whatever the client offers: Reactor Netty (1.3.7) inflates without a limit, so a frame of 1.5 MB could
     * take the process's memory, and keeps 300 kB of dictionaries for each socket. Native SDKs don't compress anyway; a
     * browser's join of a room of fifty takes 18 kB instead of 6.
     */
    private static WebSocketService webSockets(DataSize maxMessage) {
        return new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
                () -> WebsocketServerSpec.builder().maxFramePayloadLength((int) maxMessage.toBytes())));
    }

    @Bean
    HttpPort apiHttpPort(HttpProperties http, MeterRegistry meters) {
        TrustedProxies proxies = new TrustedProxies(http.trustedProxies(), http.clientAddressHeader());
        int ofOne = http.maxConnectionsPerAddress();
        return new HttpPort(
                "api",
                new ConnectionLimit(
                        http.maxConnections(),
                        http.maxWaitingConnections(),
                        http.requestTimeout(),
                        ofOne == 0 ? null : new ClientShares(ofOne, proxies)),
                proxies,
                meters);
    }

    @Bean
    RoomRouter roomRouter(Directory directory, NodeLinks links, RoomSettings settings) {
        return new RoomRouter(
                directory, links, new Placement(settings.region(), settings.selector(), new SecureRandom()));
    }

    @Bean
    RoomReaper roomReaper(Directory directory, RoomRouter router, MeterRegistry meters) {
        RoomReaper reaper = new RoomReaper(directory, router);
        FunctionCounter.builder("parley.room.rescues.failed", reaper, RoomReaper::failures)
                .description("Searches for rooms that lost their nodes, and rooms of those that no other node could be"
                        + " given: tried again. Growing while the directory answers means rooms that stay lost")
                .register(meters);
        return reaper;
    }

    @Bean
    RoomAdmin roomAdmin(RoomRouter router, Directory directory, RoomSettings settings, LimitProperties limits) {
        return new RoomAdmin(
                router,
                directory,
                settings.autoCreate(),
                settings.remoteUnmute(),
                limits.participants(),
                settings.presets());
    }

    @Bean
    SignalController signalController(
            RoomRouter router,
            RoomAdmin rooms,
            ApiKeys keys,
            RoomSettings settings,
            LimitProperties limits,
            HttpProperties http,
            MeterRegistry meters) {
        return new SignalController(
                router,
                rooms,
                keys,
                settings,
                limits.participants(),
                http.maxPendingJoins(),
                webSockets(limits.signalMessageSizeLimit()),
                new SignalMetrics(meters));
    }

    @Bean
    RoomServiceController roomServiceController(RoomAdmin rooms, MeterRegistry meters) {
        return new RoomServiceController(rooms, meters);
    }

    @Bean
    TwirpRoutes twirpRoutes(
            RoomServiceController rooms,
            AgentDispatchController dispatches,
            ReactiveJwtDecoder tokens,
            LimitProperties limits,
            MeterRegistry meters) {
        Map<String, TwirpService> services = new HashMap<>(MissingServices.all(meters));
        services.put("livekit.RoomService", rooms.service());
        services.put("livekit.AgentDispatchService", dispatches.service());
        return new TwirpRoutes(
                services, tokens, (int) limits.maxApiRequestBodySize().toBytes());
    }

    @Bean
    RouterFunction<ServerResponse> restApi(
            RoomAdmin rooms, Directory directory, NodeLinks links, DeliveryStore webhooks) {
        return new RestApi(rooms, new NodeAdmin(directory, links), webhooks, System::currentTimeMillis).routes();
    }

    @Bean
    AgentDispatchController agentDispatchController(RoomAdmin rooms, MeterRegistry meters) {
        return new AgentDispatchController(rooms, meters);
    }

    @Bean
    AgentHandler agentHandler(
            Directory directory,
            NodeLinks links,
            RoomRouter router,
            RoomAdmin rooms,
            RoomSettings settings,
            LimitProperties limits,
            ApiKeys keys) {
        RandomGenerator random = new SecureRandom();
        return new AgentHandler(
                NodeId.random(random).value(),
                settings.region(),
                directory,
                links,
                new AgentTokens(keys),
                new SimulatedJobs(router, rooms, limits.participants().roomName(), random),
                limits.participants(),
                random);
    }

    @Bean
    AgentController agentController(AgentHandler agents, LimitProperties limits, MeterRegistry meters) {
        return new AgentController(agents, webSockets(limits.agentSignalMessageSizeLimit()), meters);
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
