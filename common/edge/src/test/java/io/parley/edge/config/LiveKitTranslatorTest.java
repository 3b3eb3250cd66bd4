// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.origin.OriginTrackedValue;

class LiveKitTranslatorTest {
    private static final Set<String> STANDALONE = Set.of(
            "parley.keys",
            "parley.http.max-connections",
            "parley.region",
            "parley.room.auto-create",
            "parley.room.empty-timeout",
            "parley.room.enabled-codecs",
            "parley.rtc.udp-port",
            "parley.rtc.shards",
            "parley.rtc.advertised-addresses");

    private static final Set<String> NODE =
            Set.of("parley.rtc.udp-port", "parley.rtc.shards", "parley.cluster.redis-url");

    @Test
    void takesOverWhatThereIsHere() {
        LiveKitTranslator translator = translate(STANDALONE, """
                port: 7890
                region: eu
                bind_addresses: [10.0.0.1]
                keys:
                  APIx_y: a.secret
                rtc:
                  node_ip: 203.0.113.1
                room:
                  auto_create: false
                  empty_timeout: 60
                  enabled_codecs:
                    - mime: audio/opus
                    - mime: video/H264
                      fmtp_line: profile-level-id=42001f
                logging: {level: warning, json: true}
                prometheus_port: 6789
                """);
        assertThat(translator.errors()).isEmpty();
        assertThat(translator.notices()).isEmpty();
        assertThat(values(translator))
                .containsOnly(
                        entry("server.port", "7890"),
                        entry("parley.region", "eu"),
                        entry("server.address", "10.0.0.1"),
                        entry("parley.keys[APIx_y]", "a.secret"),
                        entry("parley.rtc.advertised-addresses", "203.0.113.1"),
                        entry("parley.room.auto-create", "false"),
                        entry("parley.room.empty-timeout", "60s"),
                        entry("parley.room.enabled-codecs[0].mime", "audio/opus"),
                        entry("parley.room.enabled-codecs[1].mime", "video/H264"),
                        entry("parley.room.enabled-codecs[1].fmtp-line", "profile-level-id=42001f"),
                        entry("logging.level.io.parley", "warn"),
                        entry("logging.structured.format.console", "ecs"),
                        entry("management.server.port", "6789"));
    }

    @Test
    void webhooksHaveOneKeyAndOneFilterForAllTheirUrls() {
        Set<String> dispatcher = Set.of("parley.keys", "parley.webhook.endpoints", "parley.webhook.full-room");
        LiveKitTranslator translator = translate(dispatcher, """
                port: 7880
                prometheus_port: 6789
                room: {enable_full_room_in_webhooks: true}
                webhook:
                  urls: ["http://localhost:3000/a", "https://example.com/b"]
                  api_key: APIx
                  filter_params: {include_events: [room_started, room_finished]}
                """);
        assertThat(translator.errors()).isEmpty();
        assertThat(values(translator))
                .containsOnly(
                        entry("server.port", "6789"),
                        entry("parley.webhook.full-room", "true"),
                        entry("parley.webhook.endpoints[0].url", "http://localhost:3000/a"),
                        entry("parley.webhook.endpoints[0].api-key", "APIx"),
                        entry("parley.webhook.endpoints[0].include-events[0]", "room_started"),
                        entry("parley.webhook.endpoints[0].include-events[1]", "room_finished"),
                        entry("parley.webhook.endpoints[1].url", "https://example.com/b"),
                        entry("parley.webhook.endpoints[1].api-key", "APIx"),
                        entry("parley.webhook.endpoints[1].include-events[0]", "room_started"),
                        entry("parley.webhook.endpoints[1].include-events[1]", "room_finished"));
    }

    @Test
    void webhooksWithoutAKeyAreRefused() {
        assertThat(translate(STANDALONE, "webhook: {urls: ['http://localhost:3000']}")
                        .errors())
                .singleElement()
                .satisfies(error -> assertThat(error).contains("webhook.urls[0]", "with webhook.api_key"));
    }

    @Test
    void playoutDelayCountsOnlyIfItIsEnabled() {
        Set<String> ours = Set.of("parley.room.min-playout-delay", "parley.room.max-playout-delay");
        assertThat(values(translate(ours, "room: {playout_delay: {enabled: true, min: 100, max: 2000}}")))
                .containsOnly(
                        entry("parley.room.min-playout-delay", "100ms"),
                        entry("parley.room.max-playout-delay", "2000ms"));
        assertThat(values(translate(ours, "room: {playout_delay: {min: 100}}"))).isEmpty();
        assertThat(translate(ours, "room: {playout_delay: {enabled: true, min: -1}}")
                        .errors())
                .hasSize(1);
    }

    /** As livekit-server reads them: in protobuf's YAML, in which a field has two names. */
    @Test
    void presetsOfRoomsAreTakenOver() {
        LiveKitTranslator translator = translate(Set.of("parley.room.room-configurations"), """
                room:
                  room_configurations:
                    small:
                      name: small
                      max_participants: 2
                      emptyTimeout: 60
                      tags: {parley.identity: reject}
                      agents:
                        - agent_name: scribe
                          attributes: {a_B.c: d}
                    Große Runde:
                      metadata: m
                """);
        assertThat(translator.errors()).isEmpty();
        String small = "parley.room.room-configurations[small].";
        assertThat(values(translator))
                .containsOnly(
                        entry(small + "max-participants", "2"),
                        entry(small + "empty-timeout", "60"),
                        entry(small + "tags[parley.identity]", "reject"),
                        entry(small + "agents[0].agent-name", "scribe"),
                        entry(small + "agents[0].attributes[a_B.c]", "d"),
                        entry("parley.room.room-configurations[Große Runde].metadata", "m"));
        assertThat(translate(
                                Set.of("parley.room.room-configurations"),
                                "room: {room_configurations: {big: {egress: {room: {layout: grid}}}}}")
                        .errors())
                .singleElement()
                .asString()
                .contains("egress is not there yet");
    }

    /** Tokens and requests may name it. */
    @Test
    void aPresetThatSaysNothingIsTakenOverToo() {
        LiveKitTranslator translator = translate(Set.of("parley.room.room-configurations"), """
                room:
                  room_configurations:
                    small: {}
                    plain:
                    big: {metadata: "", max_participants: 20}
                """);
        assertThat(translator.errors()).isEmpty();
        String presets = "parley.room.room-configurations";
        assertThat(values(translator))
                .containsOnly(
                        entry(presets + "[small]", ""),
                        entry(presets + "[plain]", ""),
                        entry(presets + "[big]", ""),
                        entry(presets + "[big].max-participants", "20"));
        assertThat(values(translate(Set.of(presets), "room: {room_configurations: {}}")))
                .isEmpty();
    }

    /** They were passed over as fixed, when they no longer were. */
    @Test
    void limitsAreTakenOverUnderTheirOlderNamesToo() {
        Set<String> limits = Set.of(
                "parley.limit.max-metadata-size",
                "parley.limit.max-room-name-length",
                "parley.limit.num-tracks",
                "parley.limit.signal-message-size-limit");
        LiveKitTranslator translator = translate(limits, """
                room: {max_room_name_length: 100}
                limit: {max_metadata_size: 1024, num_tracks: 500, signal_message_size_limit: 65536}
                """);
        assertThat(translator.errors()).isEmpty();
        assertThat(translator.notices()).isEmpty();
        assertThat(values(translator))
                .containsOnly(
                        entry("parley.limit.max-room-name-length", "100"),
                        entry("parley.limit.max-metadata-size", "1024"),
                        entry("parley.limit.num-tracks", "500"),
                        entry("parley.limit.signal-message-size-limit", "65536"));
    }

    @Test
    void saysWhereAValueIsFrom() {
        LiveKitTranslator translator = translate(STANDALONE, "region: eu\nrtc:\n  node_ip: nowhere\n");
        assertThat(translator.properties().get("parley.rtc.advertised-addresses"))
                .isInstanceOfSatisfying(
                        OriginTrackedValue.class,
                        value -> assertThat(value.getOrigin()).hasToString("rtc.node_ip, livekit.yaml:3"));
    }

    @Test
    void aServiceIsToldWhatIsItsOwnOfAFileForAll() {
        LiveKitTranslator translator = translate(NODE, """
                port: 7890
                keys: {key: secret}
                prometheus: {port: 6789}
                redis: {address: "redis.host:6379"}
                """);
        assertThat(values(translator))
                .containsOnly(
                        entry("server.port", "6789"), entry("parley.cluster.redis-url", "redis://redis.host:6379"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {address: 'h:1'}                                                   | redis://h:1
            {address: 'h:1', username: me, password: 'p@ss/w', db: 3}          | redis://me:p%40ss%2Fw@h:1/3
            {address: 'h:1', password: pw, use_tls: true}                      | rediss://:pw@h:1
            {address: 'h:1', tls: {enabled: true}}                             | rediss://h:1
            {sentinel_master_name: m, sentinel_addresses: ['a:1', 'b:2'], password: pw} | redis-sentinel://:pw@a:1,b:2#m
            {cluster_addresses: ['a:1', 'b:2'], username: me, password: pw, use_tls: true} | rediss-cluster://me:pw@a:1,b:2
            {address: 'h:1', cluster_addresses: ['a:1']}                       | redis-cluster://a:1
            """)
    void redisIsOneUrl(String redis, String url) {
        LiveKitTranslator translator = translate(NODE, "redis: " + redis);
        assertThat(translator.errors()).isEmpty();
        assertThat(values(translator)).containsOnly(entry("parley.cluster.redis-url", url));
    }

    /** More shards than ports in the firewall would have had participants without media. */
    @Test
    void thereAreNoMoreShardsThanPorts() {
        assertThat(values(translate(NODE, "rtc: {udp_port: 7900}")))
                .containsOnly(entry("parley.rtc.udp-port", "7900"), entry("parley.rtc.shards", "1"));
        assertThat(values(translate(NODE, "rtc: {port_range_start: 50000, port_range_end: 60000}")))
                .containsOnly(
                        entry("parley.rtc.udp-port", "50000"),
                        entry("parley.rtc.shards", "" + Runtime.getRuntime().availableProcessors()));
        assertThat(values(
                        translate(NODE, "rtc: {udp_port: 7900-7900, port_range_start: 50000, port_range_end: 60000}")))
                .containsEntry("parley.rtc.udp-port", "7900");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rtc: {udp_prot: 1}             | unknown key rtc.udp_prot (livekit.yaml:1): did you mean rtc.udp_port?
            udp_port: 1                    | unknown key udp_port (livekit.yaml:1): did you mean rtc.udp_port?
            nonsense: 1                    | unknown key nonsense (livekit.yaml:1)
            rtc: {udp_port: abc}           | rtc.udp_port is "abc" (livekit.yaml:1): it may be a port
            rtc: {udp_port: 70000}         | rtc.udp_port is "70000" (livekit.yaml:1): it may be ports from 1 to 65535
            rtc: {port_range_start: 9}     | it may be with rtc.port_range_end
            room: {empty_timeout: 5m}      | room.empty_timeout is "5m" (livekit.yaml:1): it may be a whole number of seconds
            logging: {level: loud}         | logging.level is "loud" (livekit.yaml:1): it may be debug, info, warn or error
            development: 1                 | it may be true or false
            bind_addresses: [a, b]         | it may be one address
            rtc: {force_tcp: true}         | rtc.force_tcp (livekit.yaml:1): ICE over TCP is not there yet
            redis: {tls: {insecure: true}} | the certificate of Redis has to be good
            prometheus: {username: me}     | metrics ask for no password
            """)
    void whatCantBeStopsTheStart(String yaml, String error) {
        assertThat(translate(NODE, yaml).errors()).first().asString().contains(error);
    }

    @Test
    void whatMakesNoDifferenceIsSaidOnceForEachReason() {
        LiveKitTranslator translator = translate(NODE, """
                rtc: {tcp_port: 7881, use_external_ip: false}
                turn:
                  enabled: true
                  udp_port: 3478
                  external_tls: false
                """);
        assertThat(translator.errors()).isEmpty();
        assertThat(translator.notices())
                .containsExactly(
                        "ignored rtc.tcp_port (livekit.yaml:1): ICE over TCP is not there yet: clients need UDP",
                        "ignored turn.enabled (livekit.yaml:3), turn.udp_port (livekit.yaml:4): TURN is not there yet:"
                                + " clients need UDP");
    }

    @Test
    void emptySectionsSayNothing() {
        LiveKitTranslator translator =
                translate(NODE, "keys: {}\nrtc:\nbind_addresses: []\nwebhook: {}\nrtc.interfaces: {}\n");
        assertThat(translator.errors()).isEmpty();
        assertThat(translator.properties()).isEmpty();
    }

    @Test
    void aFileThatIsNoYamlIsNamed() {
        assertThatThrownBy(() -> translate(NODE, "a: b: c"))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("livekit.yaml is no YAML");
    }

    private static LiveKitTranslator translate(Set<String> ours, String yaml) {
        LiveKitSettings settings = new LiveKitSettings();
        settings.putYaml("", yaml, "livekit.yaml");
        return new LiveKitTranslator(settings, ours);
    }

    private static Map<String, String> values(LiveKitTranslator translator) {
        Map<String, String> values = new LinkedHashMap<>();
        translator
                .properties()
                .forEach((name, value) -> values.put(name, String.valueOf(((OriginTrackedValue) value).getValue())));
        return values;
    }
}
