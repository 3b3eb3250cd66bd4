// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import io.parley.edge.config.LiveKitKey.Fate;
import io.parley.edge.config.LiveKitKey.Target;
import io.parley.edge.config.LiveKitKey.Translation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every key of livekit-server's configuration file (1.13), in its order: the property of ours that takes it, or why none does.
 * docs/configuration.md shows the table to users.
 */
final class LiveKitKeys {
    private static final String SECRETS = "parley.keys[<key>]";
    private static final String REDIS_URL = "parley.cluster.redis-url";
    private static final String UDP_PORT = "parley.rtc.udp-port";
    private static final String METRICS_PORT = "management.server.port";
    private static final String LOG_LEVEL = "logging.level.io.parley";
    private static final String METADATA_SIZE = "parley.limit.max-metadata-size";
    private static final String ROOM_NAME_LENGTH = "parley.limit.max-room-name-length";
    private static final String IDENTITY_LENGTH = "parley.limit.max-participant-identity-length";
    private static final Set<String> LOG_LEVELS = Set.of("debug", "info", "warn", "error");
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "::1", "localhost");
    private static final Pattern PORTS = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
    private static final int MAX_PORT = 65_535;

    private static final String PRESETS = "room.room_configurations.";

    private static final String PRESET = "parley.room.room-configurations[%s]";

    /** The preset's name, a field of it, and where that is a map the key of an entry. */
    private static final Pattern CONFIGURED =
            Pattern.compile("([^.]+)\\.((?:agents\\[\\d+]\\.)?(?:tags|attributes)(?=\\.)|[\\w.\\[\\]]+)(?:\\.(.+))?");

    static final List<LiveKitKey> ALL = new ArrayList<>();

    static {
        mapped("port", "server.port");
        mapped("bind_addresses[]", "server.address", LiveKitKeys::bindAddress);
        mapped("region", "parley.region");
        mapped("development", "spring.profiles.active", (settings, name, value, target) -> {
            if (truth(value)) {
                target.put("spring.profiles.active", "dev");
            }
        });
        mapped("log_level", LOG_LEVEL, (settings, name, value, target) -> target.put(LOG_LEVEL, logLevel(value)));
        ignored("data tracks are not there yet", "enable_data_tracks");
        ignored("participants' data blobs are not there yet", "enable_participant_data_blob");
        mapped(
                "keys.*",
                SECRETS,
                (settings, name, value, target) ->
                        target.put("parley.keys[" + name.substring("keys.".length()) + "]", value));
        mapped("key_file", SECRETS, (settings, name, value, target) -> {}); // read before: its keys are here as keys.*

        mapped("prometheus.port", METRICS_PORT, LiveKitKeys::metricsPort);
        mapped("prometheus_port", METRICS_PORT, LiveKitKeys::metricsPort);
        refused(
                "metrics ask for no password: keep their port inside, with management.server.address",
                "prometheus.username",
                "prometheus.password");
        mapped("debug_handler.port", "parley.rtc.debug-port");

        mapped("redis.address", REDIS_URL, LiveKitKeys::redisUrl);
        mapped("redis.username", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.password", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.db", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.use_tls", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.tls.enabled", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.sentinel_master_name", REDIS_URL, LiveKitKeys::sentinelUrl);
        mapped("redis.sentinel_addresses[]", REDIS_URL, (settings, name, value, target) -> {});
        mapped("redis.sentinel_username", "parley.cluster.redis-sentinel.username");
        mapped("redis.sentinel_password", "parley.cluster.redis-sentinel.password");
        mapped("redis.cluster_addresses[]", REDIS_URL, LiveKitKeys::clusterUrl);
        refused(
                "the certificate of Redis has to be good, and for the host's name",
                "redis.tls.insecure",
                "redis.tls.server_name");
        mapped("redis.tls.ca_cert_file", "parley.cluster.redis-tls.ca");
        mapped("redis.tls.client_cert_file", "parley.cluster.redis-tls.certificate");
        mapped("redis.tls.client_key_file", "parley.cluster.redis-tls.key");
        ignored(
                "connections to Redis have fixed time limits and no pool",
                "redis.dial_timeout",
                "redis.read_timeout",
                "redis.write_timeout",
                "redis.max_redirects",
                "redis.pool_timeout",
                "redis.pool_size");

        mapped("rtc.udp_port", UDP_PORT, LiveKitKeys::udpPorts);
        mapped("rtc.port_range_start", UDP_PORT, LiveKitKeys::portRange);
        mapped("rtc.port_range_end", "parley.rtc.shards", (settings, name, value, target) -> {});
        mapped("rtc.node_ip", "parley.rtc.advertised-addresses");
        mapped("rtc.enable_loopback_candidate", "parley.rtc.loopback-candidates");
        ignored(
                "this host's address is not looked up: behind a NAT, name it in rtc.node_ip",
                "rtc.use_external_ip",
                "rtc.skip_external_ip_validation",
                "rtc.advertise_internal_ip",
                "rtc.external_ip_only",
                "rtc.use_stun_port_as_ice");
        refused(
                "addresses are not chosen by interface: name those that clients may know in rtc.node_ip",
                "rtc.interfaces.includes[]",
                "rtc.interfaces.excludes[]",
                "rtc.ips.includes[]",
                "rtc.ips.excludes[]");
        refused("ICE over TCP is not there yet", "rtc.force_tcp");
        ignored(
                "ICE over TCP is not there yet: clients need UDP",
                "rtc.tcp_port",
                "rtc.allow_tcp_fallback",
                "rtc.tcp_fallback_rtt_threshold",
                "rtc.allow_udp_unstable_fallback");
        ignored(
                "clients are not told of STUN and TURN servers yet",
                "rtc.stun_servers[]",
                "rtc.turn_servers[].host",
                "rtc.turn_servers[].port",
                "rtc.turn_servers[].protocol",
                "rtc.turn_servers[].username",
                "rtc.turn_servers[].credential",
                "rtc.turn_servers[].credentials_file",
                "rtc.turn_servers[].secret",
                "rtc.turn_servers[].secret_file",
                "rtc.turn_servers[].ttl");
        ignored("Parley chooses by client", "rtc.use_ice_lite", "rtc.use_mdns", "rtc.enable_warp");
        ignored(
                "buffers are sized by time, packets leave in batches",
                "rtc.packet_buffer_size",
                "rtc.packet_buffer_size_video",
                "rtc.packet_buffer_size_audio",
                "rtc.batch_io.*",
                "rtc.data_channel_max_buffered_amount",
                "rtc.datachannel_slow_threshold",
                "rtc.datachannel_lossy_target_latency",
                "rtc.datachannel_data_track_target_latency");
        ignored("key frames are asked for twice a second at most", "rtc.pli_throttle.*");
        ignored(
                "bandwidth toward subscribers is not estimated yet",
                "rtc.congestion_control.*",
                "rtc.rtx_budget.*",
                "rtc.flexfec.*");
        ignored(
                "clients rejoin by themselves",
                "rtc.reconnect_on_publication_error",
                "rtc.reconnect_on_subscription_error",
                "rtc.reconnect_on_data_channel_error");
        ignored(
                "there is nothing to set",
                "rtc.forward_stats.*",
                "rtc.enable_rtp_stream_restart_detection",
                "rtc.strict_acks");

        mapped("room.auto_create", "parley.room.auto-create");
        mapped("room.max_participants", "parley.room.max-participants");
        mapped("room.empty_timeout", "parley.room.empty-timeout", LiveKitKeys::seconds);
        mapped("room.departure_timeout", "parley.room.departure-timeout", LiveKitKeys::seconds);
        mapped("room.enabled_codecs[].mime", "parley.room.enabled-codecs[].mime", LiveKitKeys::indexed);
        mapped("room.enabled_codecs[].fmtp_line", "parley.room.enabled-codecs[].fmtp-line", LiveKitKeys::indexed);
        mapped("room.enable_remote_unmute", "parley.room.enable-remote-unmute");
        mapped("room.playout_delay.enabled", "parley.room.min-playout-delay", (settings, name, value, target) -> {});
        mapped("room.playout_delay.min", "parley.room.min-playout-delay", LiveKitKeys::playoutDelay);
        mapped("room.playout_delay.max", "parley.room.max-playout-delay", LiveKitKeys::playoutDelay);
        mapped("room.sync_streams", "parley.room.sync-streams");
        mapped("room.room_configurations.*", "parley.room.room-configurations.*", LiveKitKeys::roomConfiguration);
        mapped("room.enable_full_room_in_webhooks", "parley.webhook.full-room");
        ignored(
                "there is nothing to set",
                "room.create_room_timeout",
                "room.create_room_attempts",
                "room.update_batch_target_size");
        mapped("room.max_metadata_size", METADATA_SIZE);
        mapped("room.max_room_name_length", ROOM_NAME_LENGTH);
        mapped("room.max_participant_identity_length", IDENTITY_LENGTH);

        ignored("active speakers are not there yet", "audio.*");
        ignored("there is nothing to set", "video.*");
        ignored("TURN is not there yet: clients need UDP", "turn.*");
        ignored("ingress is not there yet", "ingress.*");
        ignored("SIP is not there yet", "sip.*");
        mapped("webhook.urls[]", "parley.webhook.endpoints[].url", LiveKitKeys::webhook);
        mapped("webhook.api_key", "parley.webhook.endpoints[].api-key", (settings, name, value, target) -> {});
        mapped(
                "webhook.filter_params.include_events[]",
                "parley.webhook.endpoints[].include-events",
                (settings, name, value, target) -> {});
        mapped(
                "webhook.filter_params.exclude_events[]",
                "parley.webhook.endpoints[].exclude-events",
                (settings, name, value, target) -> {});
        ignored(
                "webhooks are kept until they are delivered, for as long as parley.webhook.retry-for",
                "webhook.url_notifier.*",
                "webhook.resource_url_notifier.*");
        mapped("node_selector.cpu_load_limit", "parley.node-selector.cpu-load-limit");
        mapped(
                "node_selector.kind",
                "parley.node-selector.kind",
                (settings, name, value, target) ->
                        target.put("parley.node-selector.kind", value.equals("random") ? "any" : value));
        mapped("node_selector.sort_by", "parley.node-selector.sort-by");
        mapped("node_selector.algorithm", "parley.node-selector.algorithm");
        mapped("node_selector.sysload_limit", "parley.node-selector.sysload-limit");
        mapped("node_selector.regions[].name", "parley.node-selector.regions[].name", LiveKitKeys::indexed);
        mapped("node_selector.regions[].lat", "parley.node-selector.regions[].lat", LiveKitKeys::indexed);
        mapped("node_selector.regions[].lon", "parley.node-selector.regions[].lon", LiveKitKeys::indexed);
        ignored("services speak gRPC, not over Redis", "signal_relay.*", "psrpc.*");
        mapped("limit.num_tracks", "parley.limit.num-tracks");
        mapped("limit.bytes_per_sec", "parley.limit.bytes-per-sec");
        mapped("limit.subscription_limit_video", "parley.limit.subscription-limit-video");
        mapped("limit.subscription_limit_audio", "parley.limit.subscription-limit-audio");
        mapped("limit.max_metadata_size", METADATA_SIZE);
        mapped("limit.max_attributes_size", "parley.limit.max-attributes-size");
        mapped("limit.max_room_name_length", ROOM_NAME_LENGTH);
        mapped("limit.max_participant_identity_length", IDENTITY_LENGTH);
        mapped("limit.max_participant_name_length", "parley.limit.max-participant-name-length");
        mapped("limit.signal_message_size_limit", "parley.limit.signal-message-size-limit");
        mapped("limit.agent_signal_message_size_limit", "parley.limit.agent-signal-message-size-limit");
        mapped("limit.max_api_request_body_size", "parley.limit.max-api-request-body-size");
        ignored(
                "participants' data blobs are not there yet",
                "limit.max_data_blob_key_length",
                "limit.max_data_blobs_size");
        ignored("data tracks are not there yet", "limit.max_data_track_custom_encoding_length");
        ignored("there is nothing to set", "limit.subscribe_pace_shadow_rates[]");
        ignored("workers say themselves how much they take", "agents.target_load");
        ignored(
                "agents' recordings and endpoints are not there",
                "agents.enable_user_data_recording",
                "agents.enable_user_data_redaction",
                "agents.endpoints.*");
        ignored("calls of the room API have fixed time limits", "api.*");
        ignored("WebTransport is not there", "webtransport.*");

        mapped("logging.level", LOG_LEVEL, (settings, name, value, target) -> target.put(LOG_LEVEL, logLevel(value)));
        mapped("logging.json", "logging.structured.format.console", (settings, name, value, target) -> {
            if (truth(value)) {
                target.put("logging.structured.format.console", "ecs");
            }
        });
        ignored(
                "levels are by package: logging.level.io.parley.…",
                "logging.component_levels.*",
                "logging.pion_level",
                "logging.sample");
        ignored("metrics are those of /metrics", "metric.*", "node_stats.*");
        ignored("there is no tracing", "trace.*");
    }

    private LiveKitKeys() {}

    static Optional<LiveKitKey> find(String name) {
        return ALL.stream().filter(key -> key.isOf(name)).findFirst();
    }

    /** Whether a value of it counts that is empty. */
    static boolean mayBeEmpty(String name) {
        return name.startsWith(PRESETS);
    }

    /** Whether it says nothing about a section that there is: an empty map or list. */
    static boolean isSection(String name) {
        return ALL.stream()
                .anyMatch(key -> key.name().startsWith(name + ".")
                        || key.name().startsWith(name + "[]")
                        || (key.name().endsWith("*") && key.isOf(name + ".")));
    }

    private static void mapped(String name, String ours) {
        mapped(name, ours, (settings, given, value, target) -> target.put(ours, value));
    }

    private static void mapped(String name, String ours, Translation translation) {
        ALL.add(new LiveKitKey(name, new Fate.Mapped(ours, translation)));
    }

    private static void ignored(String why, String... names) {
        for (String name : names) {
            ALL.add(new LiveKitKey(name, new Fate.Ignored(why)));
        }
    }

    private static void refused(String why, String... names) {
        for (String name : names) {
            ALL.add(new LiveKitKey(name, new Fate.Refused(why)));
        }
    }

    private static boolean truth(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    private static String logLevel(String value) {
        String level = value.equals("warning") ? "warn" : value.toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(level)) {
            throw new IllegalArgumentException("debug, info, warn or error");
        }
        return level;
    }

    private static void seconds(LiveKitSettings settings, String name, String value, Target target) {
        if (!value.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("a whole number of seconds");
        }
        target.put("parley." + name.replace('_', '-'), value + "s");
    }

    private static void playoutDelay(LiveKitSettings settings, String name, String value, Target target) {
        if (!value.matches("\\d{1,9}")) {
            throw new IllegalArgumentException("a whole number of milliseconds");
        }
        if (settings.isTrue("room.playout_delay.enabled")) {
            String end = name.substring(name.lastIndexOf('.') + 1);
            target.put("parley.room." + end + "-playout-delay", value + "ms");
        }
    }

    /** 0 is livekit-server's "no metrics"; ours are always there. */
    private static void metricsPort(LiveKitSettings settings, String name, String value, Target target) {
        if (!LiveKitKey.asksForNothing(value)) {
            target.put(METRICS_PORT, value);
        }
    }

    /** All of them have the one key and the one filter. */
    private static void webhook(LiveKitSettings settings, String name, String value, Target target) {
        String apiKey = settings.get("webhook.api_key");
        if (apiKey == null) {
            throw new IllegalArgumentException("with webhook.api_key");
        }
        String endpoint = "parley.webhook.endpoints" + name.substring("webhook.urls".length()) + ".";
        target.put(endpoint + "url", value);
        target.put(endpoint + "api-key", apiKey);
        putEvents(settings.list("webhook.filter_params.include_events"), endpoint + "include-events", target);
        putEvents(settings.list("webhook.filter_params.exclude_events"), endpoint + "exclude-events", target);
    }

    private static void putEvents(List<String> events, String property, Target target) {
        for (int i = 0; i < events.size(); i++) {
            target.put(property + "[" + i + "]", events.get(i));
        }
    }

    /**
     * A field of a RoomConfiguration, in any of the spellings that protobuf's YAML has. Where it has no value, or there is
     * none at all, there is a preset all the same.
     */
    private static void roomConfiguration(LiveKitSettings settings, String name, String value, Target target) {
        String preset = name.substring(PRESETS.length());
        if (value.isEmpty()) {
            target.put(PRESET.formatted(preset.split("\\.", 2)[0]), "");
            return;
        }
        Matcher field = CONFIGURED.matcher(preset);
        if (!field.matches()) {
            throw new IllegalArgumentException("a map of fields of a RoomConfiguration");
        }
        String path =
                field.group(2).replaceAll("([A-Z])", "-$1").replace('_', '-').toLowerCase(Locale.ROOT);
        if (path.startsWith("egress")) {
            throw new IllegalArgumentException("absent: egress is not there yet");
        }
        if (!path.equals("name")) { // which livekit-server does not look at
            String entry = field.group(3) == null ? "" : "[" + field.group(3) + "]";
            target.put(PRESET.formatted(field.group(1)) + "." + path + entry, value);
        }
    }

    private static void indexed(LiveKitSettings settings, String name, String value, Target target) {
        target.put("parley." + name.replace('_', '-'), value);
    }

    private static void bindAddress(LiveKitSettings settings, String name, String value, Target target) {
        List<String> addresses = settings.list("bind_addresses");
        if (addresses.size() > 1 && !LOOPBACK.containsAll(addresses)) {
            throw new IllegalArgumentException("one address, those of loopback, or none for all that this host has");
        }
        target.put("server.address", addresses.isEmpty() ? value : addresses.getFirst());
    }

    /** A shard has a port of its own, so there are no more of them than ports that a firewall was opened for. */
    private static void udpPorts(LiveKitSettings settings, String name, String value, Target target) {
        if (LiveKitKey.asksForNothing(value)) {
            return;
        }
        Matcher ports = PORTS.matcher(value);
        if (!ports.matches()) {
            throw new IllegalArgumentException("a port, or the first and the last of several: 7882-7885");
        }
        String last = ports.group(2);
        putPorts(Integer.parseInt(ports.group(1)), Integer.parseInt(last == null ? ports.group(1) : last), target);
    }

    private static void portRange(LiveKitSettings settings, String name, String value, Target target) {
        String end = settings.get("rtc.port_range_end");
        if (settings.get("rtc.udp_port") != null || LiveKitKey.asksForNothing(value)) {
            return;
        }
        if (end == null) {
            throw new IllegalArgumentException("with rtc.port_range_end, the last port");
        }
        udpPorts(settings, name, value + "-" + end, target);
    }

    private static void putPorts(int first, int last, Target target) {
        if (first < 1 || last < first || last > MAX_PORT) {
            throw new IllegalArgumentException("ports from 1 to 65535, the first not above the last");
        }
        target.put(UDP_PORT, first);
        target.put(
                "parley.rtc.shards",
                Math.min(last - first + 1, Runtime.getRuntime().availableProcessors()));
    }

    private static void redisUrl(LiveKitSettings settings, String name, String value, Target target) {
        if (settings.get("redis.sentinel_master_name") == null
                && settings.list("redis.cluster_addresses").isEmpty()) {
            target.put(REDIS_URL, redisScheme(settings) + "://" + credentials(settings) + value + database(settings));
        }
    }

    private static void sentinelUrl(LiveKitSettings settings, String name, String value, Target target) {
        List<String> sentinels = settings.list("redis.sentinel_addresses");
        if (sentinels.isEmpty()) {
            throw new IllegalArgumentException("with redis.sentinel_addresses");
        }
        target.put(
                REDIS_URL,
                redisScheme(settings) + "-sentinel://" + credentials(settings) + String.join(",", sentinels)
                        + database(settings) + "#" + encoded(value));
    }

    /** A cluster has one database. */
    private static void clusterUrl(LiveKitSettings settings, String name, String value, Target target) {
        target.put(
                REDIS_URL,
                redisScheme(settings) + "-cluster://" + credentials(settings)
                        + String.join(",", settings.list("redis.cluster_addresses")));
    }

    private static String redisScheme(LiveKitSettings settings) {
        return settings.isTrue("redis.use_tls") || settings.isTrue("redis.tls.enabled") ? "rediss" : "redis";
    }

    private static String credentials(LiveKitSettings settings) {
        String user = settings.get("redis.username");
        String password = settings.get("redis.password");
        return password == null ? "" : (user == null ? "" : encoded(user)) + ":" + encoded(password) + "@";
    }

    private static String database(LiveKitSettings settings) {
        String database = settings.get("redis.db");
        return database == null || LiveKitKey.asksForNothing(database) ? "" : "/" + database;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
