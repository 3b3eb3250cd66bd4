// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import io.parley.cluster.kafka.KafkaSettings;
import io.parley.cluster.kafka.KafkaSurvey;
import io.parley.cluster.kafka.TopicSettings;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Whether this host gives a service what it wants. Each check leaves everything as it was. */
final class HostChecks {
    private static final int WANTED_BUFFER_BYTES = 4 << 20;
    private static final String BUFFER_FIX =
            "sysctl -w net.core.rmem_max=%1$d net.core.wmem_max=%1$d".formatted(WANTED_BUFFER_BYTES);

    /** Tokens are refused that far from their time. */
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Leases of nodes last two seconds. */
    private static final Duration GOOD_CLOCK = Duration.ofSeconds(1);

    private static final String KAFKA = "Kafka";
    private static final String TOPIC = "Kafka's topic";

    private static final int COMMAND_TIMEOUT_S = 5;

    private HostChecks() {}

    static Finding tcpPort(String key, InetSocketAddress at) {
        try (ServerSocketChannel socket = ServerSocketChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(at);
            return Finding.good("TCP " + at.getPort(), "free (" + key + ")");
        } catch (IOException e) {
            return taken("TCP", key, at, e);
        }
    }

    /** On every address, as a shard binds it. */
    static Finding udpPort(String key, List<InetAddress> addresses, int port) {
        for (InetAddress address : addresses) {
            InetSocketAddress at = new InetSocketAddress(address, port);
            try (DatagramChannel socket = DatagramChannel.open()) {
                socket.bind(at);
            } catch (IOException e) {
                return taken("UDP", key, at, e);
            }
        }
        return Finding.good("UDP " + port, "free (" + key + ")");
    }

    private static Finding taken(String protocol, String key, InetSocketAddress at, IOException why) {
        return Finding.bad(
                protocol + " " + at.getPort(),
                "can't be had on %s (%s): end what has it, or choose another with --%s"
                        .formatted(text(at.getAddress()), why.getMessage(), key));
    }

    /** What clients are offered, and from where they can reach it. */
    static Finding candidates(List<InetAddress> host, List<InetAddress> advertised, List<Integer> ports) {
        List<InetAddress> offered = advertised.isEmpty() ? host : advertised;
        List<String> candidates = new ArrayList<>();
        offered.forEach(address -> ports.forEach(port -> candidates.add(text(address) + ":" + port)));
        String list = String.join(", ", candidates);
        if (offered.isEmpty()) {
            return Finding.bad(
                    "candidates", "none: this host has no address; name one with --parley.rtc.advertised-addresses");
        }
        if (offered.stream().allMatch(InetAddress::isLoopbackAddress)) {
            return Finding.poor("candidates", list + ": clients on this machine only");
        }
        return offered.stream().allMatch(HostChecks::isInside)
                ? Finding.poor(
                        "candidates",
                        list + ": clients of this network only; behind a NAT, name its outer address with"
                                + " --parley.rtc.advertised-addresses and let these UDP ports through")
                : Finding.good("candidates", list);
    }

    private static boolean isInside(InetAddress address) {
        boolean isUniqueLocal =
                address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc; // RFC 4193
        return address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || address.isLoopbackAddress()
                || isUniqueLocal;
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", ""); // without the card
        return text.contains(":") ? "[" + text + "]" : text;
    }

    static Finding udpBuffers() {
        try (DatagramChannel socket = DatagramChannel.open()) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, WANTED_BUFFER_BYTES);
            socket.setOption(StandardSocketOptions.SO_SNDBUF, WANTED_BUFFER_BYTES);
            return udpBuffers(Math.min(
                    socket.getOption(StandardSocketOptions.SO_RCVBUF),
                    socket.getOption(StandardSocketOptions.SO_SNDBUF)));
        } catch (IOException e) {
            return Finding.bad("UDP buffers", "no UDP socket: " + e.getMessage());
        }
    }

    static Finding udpBuffers(int grantedBytes) {
        return grantedBytes >= WANTED_BUFFER_BYTES
                ? Finding.good("UDP buffers", grantedBytes + " bytes")
                : Finding.poor("UDP buffers", grantedBytes + " bytes, bursts may be lost: " + BUFFER_FIX);
    }

    /** By systemd, where it is: other hosts' clocks are not asked. */
    static Finding clock() {
        try {
            Process process = new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(COMMAND_TIMEOUT_S, TimeUnit.SECONDS)) {
                return clock(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            process.destroyForcibly();
        } catch (IOException e) {
            // no systemd
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return clock("");
    }

    static Finding clock(String isSynchronized) {
        return switch (isSynchronized.strip()) {
            case "yes" -> Finding.good("clock", "synchronized");
            case "no" ->
                Finding.poor(
                        "clock",
                        "not synchronized: tokens are refused when it is a minute off; timedatectl set-ntp true, or run chrony");
            default -> Finding.good("clock", "not known whether it is synchronized: no systemd that would say");
        };
    }

    /** Also compares its clock with ours. */
    static List<Finding> redis(RedisSettings settings) {
        LettuceConnectionFactory redis;
        try {
            redis = RedisConnections.to(settings);
        } catch (IllegalArgumentException e) {
            return List.of(Finding.bad("Redis", String.valueOf(e.getMessage())));
        }
        redis.afterPropertiesSet();
        redis.start();
        try (RedisConnection connection = redis.getConnection()) {
            Long theirsMs = connection.serverCommands().time(TimeUnit.MILLISECONDS);
            Duration apart = Duration.ofMillis(theirsMs == null ? 0 : theirsMs - System.currentTimeMillis());
            return List.of(Finding.good("Redis", "answers"), clockOfRedis(apart));
        } catch (DataAccessException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return List.of(Finding.bad(
                    "Redis",
                    "does not answer (" + cause.getMessage()
                            + "): start it, or say where it is with --parley.cluster.redis-url"));
        } finally {
            redis.destroy();
        }
    }

    /** @param group that the service reads events with; "" for one that appends them */
    static List<Finding> kafka(KafkaSettings settings, String group) {
        try {
            return kafka(settings.topic(), KafkaSurvey.of(settings, group), group);
        } catch (IllegalArgumentException e) {
            return List.of(Finding.bad(KAFKA, String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    static List<Finding> kafka(TopicSettings wanted, KafkaSurvey survey, String group) {
        return switch (survey) {
            case KafkaSurvey.Silent(String why) ->
                List.of(Finding.bad(
                        KAFKA,
                        "does not answer (" + why
                                + "): start it, say where it is with --parley.kafka.bootstrap-servers, or set"
                                + " --parley.kafka.tls.enabled if it wants TLS"));
            case KafkaSurvey.Refused(String why) ->
                List.of(Finding.bad(
                        KAFKA,
                        "refuses us, or we it (" + why
                                + "): look at parley.kafka.tls and parley.kafka.sasl, and at the user there"));
            case KafkaSurvey.NoTopic(int brokers, String refusal) ->
                List.of(
                        answers(brokers),
                        refusal.isEmpty()
                                ? Finding.good(TOPIC, wanted.name() + " is not there; the service makes it")
                                : Finding.bad(
                                        TOPIC,
                                        wanted.name() + " is not there, and the service can't make it (" + refusal
                                                + "): make it, or change what refuses it"));
            case KafkaSurvey.Hidden(int brokers) ->
                List.of(
                        answers(brokers),
                        Finding.bad(
                                TOPIC,
                                wanted.name() + " may not be seen: allow this user Describe and "
                                        + (group.isEmpty() ? "Write" : "Read") + ", and Create if it is not there"));
            case KafkaSurvey.Topic topic -> List.of(answers(topic.brokers()), topic(wanted, topic), may(topic));
        };
    }

    private static Finding answers(int brokers) {
        return Finding.good(KAFKA, "answers, with " + count(brokers, "broker"));
    }

    private static Finding topic(TopicSettings wanted, KafkaSurvey.Topic topic) {
        String text = "%s has %s with %s"
                .formatted(wanted.name(), count(topic.partitions(), "partition"), count(topic.replicas(), "replica"));
        if (topic.leaderless() > 0) {
            return Finding.bad(
                    TOPIC, text + "; " + topic.leaderless() + " without a leader: start the brokers that have them");
        }
        if (topic.inSync() < topic.replicas()) {
            return Finding.poor(TOPIC, text + ", of which " + topic.inSync() + " in sync: a broker is away or late");
        }
        return topic.replicas() == 1 && topic.brokers() > 1
                ? Finding.poor(TOPIC, text + ": events are lost with their broker; give it more")
                : Finding.good(TOPIC, text);
    }

    private static Finding may(KafkaSurvey.Topic topic) {
        return topic.missing().isEmpty()
                ? Finding.good("Kafka's ACLs", "allow what the service does")
                : Finding.bad("Kafka's ACLs", "allow this user no " + String.join(", and no ", topic.missing()));
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    static Finding clockOfRedis(Duration apart) {
        String text = "%.1f s from that of Redis".formatted(apart.abs().toMillis() / 1000.0);
        if (apart.abs().compareTo(GOOD_CLOCK) <= 0) {
            return Finding.good("clock", text);
        }
        return apart.abs().compareTo(LEEWAY) <= 0
                ? Finding.poor("clock", text + ": synchronize both")
                : Finding.bad("clock", text + ": tokens will be refused; synchronize both");
    }
}
