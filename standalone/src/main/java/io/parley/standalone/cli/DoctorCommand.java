// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import io.parley.edge.KafkaProperties;
import io.parley.edge.config.LiveKitOptions;
import io.parley.net.HostAddresses;
import io.parley.node.RtcProperties;
import io.parley.node.SfuNodeProcess;
import io.parley.node.SfuNodeProperties;
import io.parley.room.RoomServiceProcess;
import io.parley.room.RoomServiceProperties;
import io.parley.standalone.ParleyProperties;
import io.parley.webhook.WebhookDispatcherProcess;
import io.parley.webhook.WebhookDispatcherProperties;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads a service's settings as the service would, starts nothing, and looks whether this host has what they name. */
@Command(
        name = "doctor",
        description =
                "Checks ports, addresses, candidates, clock, socket buffers, Redis and Kafka for a service with these options.")
final class DoctorCommand implements Callable<Integer> {
    enum Service {
        DEV("dev", "standalone", Standalone.class),
        ROOM_SERVICE("room-service", "room-service", RoomService.class),
        SFU_NODE("sfu-node", "sfu-node", SfuNode.class),
        WEBHOOK_DISPATCHER("webhook-dispatcher", "webhook-dispatcher", WebhookDispatcher.class);

        private final String command;
        private final String reference;
        private final Class<?> settings;

        Service(String command, String reference, Class<?> settings) {
            this.command = command;
            this.reference = reference;
            this.settings = settings;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(ParleyProperties.class)
    static class Standalone {}

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(RoomServiceProperties.class)
    static class RoomService {}

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(SfuNodeProperties.class)
    static class SfuNode {}

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(WebhookDispatcherProperties.class)
    static class WebhookDispatcher {}

    /** It would say with a stack of beans what is then said in a sentence. */
    private static final String QUIET =
            "logging.level.org.springframework.context.annotation.AnnotationConfigApplicationContext=error";

    /** Would say with each try what is then said once. */
    private static final String QUIET_KAFKA = "logging.level.org.apache.kafka=off";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..*",
            paramLabel = "dev|room-service|sfu-node|webhook-dispatcher OPTION",
            description = "the service, by default dev, and the options that it will be started with")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() {
        Service service = service();
        List<String> args =
                new ArrayList<>(List.of(LiveKitOptions.joined(options().toArray(String[]::new))));
        if (service == Service.DEV) {
            args.add("--spring.profiles.active=dev");
        }
        List<Finding> findings;
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(service.settings)
                .web(WebApplicationType.NONE)
                .properties("spring.config.name=" + service.reference, QUIET, QUIET_KAFKA)
                .run(args.toArray(String[]::new))) {
            findings = examine(context);
        } catch (RuntimeException reported) {
            return 1; // SpringApplication has said what is wrong with the settings
        }
        findings.forEach(finding -> spec.commandLine()
                .getOut()
                .println("  %-14s %s%s"
                        .formatted(
                                finding.subject(),
                                finding.verdict() == Finding.Verdict.BAD ? "BAD: " : "",
                                finding.text())));
        return findings.stream().anyMatch(finding -> finding.verdict() == Finding.Verdict.BAD) ? 1 : 0;
    }

    private boolean namesService() {
        return !command.isEmpty() && !command.getFirst().startsWith("--");
    }

    private Service service() {
        if (!namesService()) {
            return Service.DEV;
        }
        return Arrays.stream(Service.values())
                .filter(service -> service.command.equals(command.getFirst()))
                .findFirst()
                .orElseThrow(() -> new RefusedException("no such service: " + command.getFirst()
                        + "; there are dev, room-service, sfu-node and webhook-dispatcher"));
    }

    private List<String> options() {
        return command.subList(namesService() ? 1 : 0, command.size());
    }

    private static List<Finding> examine(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        List<Finding> findings = new ArrayList<>();
        tcpPort(environment, "server.port", environment.getProperty("server.address"), findings);
        tcpPort(environment, "management.server.port", environment.getProperty("management.server.address"), findings);
        context.getBeanProvider(ParleyProperties.class).ifAvailable(settings -> media(settings.rtc(), findings));
        context.getBeanProvider(RoomServiceProperties.class)
                .ifAvailable(settings ->
                        findings.addAll(HostChecks.redis(RoomServiceProcess.redisSettings(settings.cluster()))));
        context.getBeanProvider(WebhookDispatcherProperties.class).ifAvailable(settings -> {
            findings.addAll(HostChecks.redis(WebhookDispatcherProcess.redisSettings(settings.cluster())));
            findings.addAll(kafka(settings.kafka()));
        });
        context.getBeanProvider(SfuNodeProperties.class).ifAvailable(settings -> {
            String link = settings.node().linkAddress().getHostAddress();
            tcpPort(environment, "parley.node.link-port", link, findings);
            media(settings.rtc(), findings);
            findings.addAll(HostChecks.redis(SfuNodeProcess.redisSettings(settings.cluster())));
            if (!settings.kafka().bootstrapServers().isEmpty()) {
                findings.addAll(HostChecks.kafka(SfuNodeProcess.kafkaSettings(settings.kafka()), ""));
            }
        });
        findings.add(HostChecks.clock());
        return findings;
    }

    private static List<Finding> kafka(KafkaProperties kafka) {
        return kafka.bootstrapServers().isEmpty()
                ? List.of(Finding.bad("Kafka", "is nowhere: say where with --parley.kafka.bootstrap-servers"))
                : HostChecks.kafka(
                        WebhookDispatcherProcess.kafkaSettings(kafka), io.parley.webhook.WebhookDispatcher.GROUP);
    }

    private static void media(RtcProperties rtc, List<Finding> findings) {
        int shards = rtc.shards() > 0 ? rtc.shards() : Runtime.getRuntime().availableProcessors();
        List<InetAddress> addresses = HostAddresses.find(rtc.loopbackCandidates());
        if (rtc.udpPort() > 0) {
            range(rtc.udpPort(), shards)
                    .forEach(port -> findings.add(HostChecks.udpPort("parley.rtc.udp-port", addresses, port)));
        }
        int advertised = rtc.advertisedUdpPort() > 0 ? rtc.advertisedUdpPort() : rtc.udpPort();
        findings.add(HostChecks.candidates(addresses, rtc.advertisedAddresses(), range(advertised, shards)));
        findings.add(HostChecks.udpBuffers());
    }

    private static List<Integer> range(int first, int count) {
        return IntStream.range(first, first + count).boxed().toList();
    }

    private static void tcpPort(
            ConfigurableEnvironment environment, String key, @Nullable String address, List<Finding> findings) {
        int port = environment.getProperty(key, Integer.class, 0);
        if (port == 0) {
            return; // one that is free, or none
        }
        try {
            findings.add(HostChecks.tcpPort(
                    key,
                    address == null
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(InetAddress.getByName(address), port)));
        } catch (UnknownHostException e) {
            findings.add(Finding.bad("address", address + " is none of this host"));
        }
    }
}
