// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.cluster.InMemoryNodeDirectory;
import io.parley.edge.security.ApiKeys;
import io.parley.engine.shard.RoomDefaults;
import io.parley.net.HostAddresses;
import io.parley.node.DebugServer;
import io.parley.node.NodeSettings;
import io.parley.node.SfuNode;
import io.parley.room.RoomServiceWiring;
import io.parley.room.RoomSettings;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The parts of the standalone process. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = ReactiveUserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(ParleyProperties.class)
@Import(RoomServiceWiring.class)
public class StandaloneWiring {
    @Bean
    ApiKeys apiKeys(ParleyProperties properties) {
        return properties.development() ? new ApiKeys(properties.keys()) : ApiKeys.strong(properties.keys());
    }

    @Bean
    SfuNode sfuNode(ParleyProperties properties) {
        ParleyProperties.Rtc rtc = properties.rtc();
        ParleyProperties.Rooms rooms = properties.room();
        int shards = rtc.shards() > 0 ? rtc.shards() : Runtime.getRuntime().availableProcessors();
        SfuNode node = new SfuNode(new NodeSettings(
                shards,
                rtc.udpPort(),
                HostAddresses.find(rtc.loopbackCandidates()),
                rtc.advertisedAddresses(),
                rtc.advertisedUdpPort(),
                new RoomDefaults(
                        (int) rooms.emptyTimeout().toSeconds(),
                        (int) rooms.departureTimeout().toSeconds(),
                        rooms.maxParticipants()),
                rtc.scatterSeats(),
                properties.region()));
        node.start();
        return node;
    }

    @Bean
    InMemoryNodeDirectory nodeDirectory(SfuNode node) {
        InMemoryNodeDirectory directory = new InMemoryNodeDirectory();
        directory.register(node);
        return directory;
    }

    @Bean
    RoomSettings roomSettings(ParleyProperties properties) {
        return new RoomSettings(properties.room().autoCreate());
    }

    /** Absent where no port is configured. */
    @Bean
    @ConditionalOnExpression("${parley.rtc.debug-port} != 0")
    DebugServer debugServer(ParleyProperties properties, SfuNode node) {
        return new DebugServer(properties.rtc().debugPort(), node);
    }

    @Bean
    StartupBanner startupBanner(ParleyProperties properties, ApiKeys keys, SfuNode node) {
        return new StartupBanner(properties, keys, node);
    }
}
