// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.agent.AgentFields;
import io.parley.api.room.IdentityPolicy;
import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.redis.RedisConnections;
import io.parley.cluster.redis.RedisSettings;
import io.parley.edge.ServiceProcess;
import io.parley.edge.config.PropertyKeys;
import io.parley.edge.security.ApiKeys;
import io.parley.node.EnabledCodec;
import io.parley.node.SfuNodeProperties;
import io.parley.room.RoomConfigurationProperties;
import io.parley.room.RoomServiceProperties;
import io.parley.room.admin.RoomPresets;
import io.parley.webhook.WebhookDispatcherProperties;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import livekit.LivekitRoom.CreateRoomRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;

/** The file of each service is its reference: every key, and the default that holds without it. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTest {
    static Stream<Arguments> references() {
        return Stream.of(
                Arguments.of("standalone.yaml", ParleyProperties.class),
                Arguments.of("room-service.yaml", RoomServiceProperties.class),
                Arguments.of("sfu-node.yaml", SfuNodeProperties.class),
                Arguments.of("webhook-dispatcher.yaml", WebhookDispatcherProperties.class));
    }

    @ParameterizedTest
    @MethodSource("references")
    void theReferenceListsEveryKeyAndNoOther(String file, Class<?> properties) throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String name : reference(file).getPropertyNames()) {
            if (name.startsWith("parley.")) {
                listed.add(name);
            }
        }
        assertThat(listed).isEqualTo(PropertyKeys.of(PropertyKeys.PREFIX, properties));
    }

    @ParameterizedTest
    @MethodSource("references")
    void theReferenceShowsTheDefaults(String file, Class<?> properties) throws IOException {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addLast(reference(file));
        Object shown = new Binder(ConfigurationPropertySources.from(sources)).bindOrCreate("parley", properties);
        Object defaults = new Binder().bindOrCreate("parley", properties);
        assertThat(shown).isEqualTo(defaults);
    }

    @Test
    void anUnknownKeyStopsTheStart() {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley.rtc.udp-prot=1"))
                .rootCause()
                .hasMessageContaining("parley.rtc.udp-prot");
    }

    @Test
    void anUnknownKeyIsToldWithTheNearest(CapturedOutput output) {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley.rtc.udp-prot=1"))
                .isInstanceOf(Exception.class);
        assertThat(output)
                .contains("unknown key parley.rtc.udp-prot")
                .contains("did you mean parley.rtc.udp-port?")
                .contains("docs/configuration.md");
    }

    @ParameterizedTest
    @CsvSource({
        "parley.rtc.udp-port, abc, a whole number",
        "parley.rtc.udp-port, 70000, 0 to 65535",
        "parley.rtc.shards, -1, 0 to 256",
        "parley.rtc.loopback-candidates, perhaps, true or false",
        "parley.rtc.advertised-addresses, 1.2.3.400, an IP address",
        "parley.room.empty-timeout, soon, a time with its unit",
        "parley.room.max-participants, -1, 0 or more",
        "parley.http.max-connections, 0, 1 or more",
        "parley.http.request-timeout, 0s, 1.0s to 24 days"
    })
    void aBadValueIsToldWithItsKeyAndWhatIsAllowed(String key, String value, String allowed, CapturedOutput output) {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--" + key + "=" + value))
                .isInstanceOf(Exception.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START", key, allowed)
                .doesNotContain("BeanCreationException");
    }

    /** The example of docs/configuration.md, as it stands; ports are taken from the system. */
    @Test
    void livekitServersFileStartsTheService(@TempDir Path folder, CapturedOutput output) throws IOException {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/configuration.md")));
        assertThat(example.find()).isTrue();
        Path file = Files.writeString(folder.resolve("livekit.yaml"), example.group(1));
        try (ConfigurableApplicationContext context = ServiceProcess.application(StandaloneWiring.class, "standalone")
                .run("--config=" + file, "--server.port=0", "--management.server.port=0", "--parley.rtc.udp-port=0")) {
            ParleyProperties properties = context.getBean(ParleyProperties.class);
            assertThat(properties.keys()).containsOnlyKeys("APIexample");
            assertThat(properties.room().emptyTimeout()).isEqualTo(Duration.ofMinutes(10));
            assertThat(properties.rtc().advertisedAddresses()).containsExactly(InetAddress.getByName("203.0.113.7"));
            assertThat(properties.development()).isFalse();
        }
        assertThat(output).contains("ignored rtc.tcp_port");
    }

    @Test
    void whatIsWrongInLivekitServersFileStopsTheStart(@TempDir Path folder, CapturedOutput output) throws IOException {
        Path file = Files.writeString(
                folder.resolve("livekit.yaml"), "rtc:\n  udp_prot: 7882\nroom:\n  max_participants: x\n");
        assertThatThrownBy(() -> start("--config=" + file)).isInstanceOf(Exception.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("unknown key rtc.udp_prot (" + file + ":2): did you mean rtc.udp_port?");
        Files.writeString(file, "room:\n  max_participants: x\n");
        assertThatThrownBy(() -> start("--config=" + file)).isInstanceOf(Exception.class);
        assertThat(output)
                .contains("parley.room.max-participants is \"x\" (room.max_participants, " + file + ":2)")
                .contains("a whole number");
    }

    /** Who never wrote the key of ours that is out of its range. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "room: {max_participants: -1}; parley.room.max-participants (room.max_participants, ; is -1: it may be 0 or more",
                "limit: {num_tracks: -1}; parley.limit.num-tracks (limit.num_tracks, ; 0 or more",
                "room: {room_configurations: {small: {max_participants: -2}}};"
                        + " parley.room.room-configurations.small.max-participants"
                        + " (room.room_configurations.small.max_participants, ; 0 or more"
            })
    void aValueOutOfItsRangeIsToldWithLivekitServersKey(
            String yaml, String key, String allowed, @TempDir Path folder, CapturedOutput output) throws IOException {
        Path file = Files.writeString(folder.resolve("livekit.yaml"), yaml);
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--config=" + file))
                .isInstanceOf(Exception.class);
        assertThat(output).contains("APPLICATION FAILED TO START", key.strip() + " " + file + ":1)", allowed);
    }

    @Test
    void presetsOfRoomsBindInLiveKitsUnits() {
        MapConfigurationPropertySource source = new MapConfigurationPropertySource(Map.of(
                "parley.room.room-configurations[small].empty-timeout", "60",
                "parley.room.room-configurations[small].max-playout-delay", "500",
                "parley.room.room-configurations[small].tags[parley.identity]", "suffix",
                "parley.room.room-configurations[small].agents[0].agent-name", "scribe",
                "parley.room.room-configurations[small].agents[0].attributes[k]", "v"));
        ParleyProperties properties = new Binder(source).bindOrCreate("parley", ParleyProperties.class);
        RoomPresets presets =
                RoomConfigurationProperties.presets(properties.room().roomConfigurations(), properties.limit());
        CreateRoomRequest made = presets.applyTo(CreateRoomRequest.newBuilder()
                .setRoomPreset("small")
                .setName("r")
                .build());
        assertThat(made.getName()).isEqualTo("r");
        assertThat(made.getEmptyTimeout()).isEqualTo(60);
        assertThat(made.getMaxPlayoutDelay()).isEqualTo(500);
        assertThat(IdentityPolicy.of(made.getTagsMap())).isEqualTo(IdentityPolicy.SUFFIX);
        assertThat(made.getAgents(0).getAgentName()).isEqualTo("scribe");
        assertThat(AgentFields.ROOM_DISPATCH.attributes(made.getAgents(0))).containsEntry("k", "v");
    }

    /** Rooms and tokens may name it: it is what the server does anyway. */
    @ParameterizedTest
    @ValueSource(strings = {"small: {}", "small:", "small: {}, big: {max-participants: 2}"})
    void aPresetThatSaysNothingIsThere(String presets) throws IOException {
        String yaml = "parley: {room: {room-configurations: {" + presets + "}}}";
        PropertySource<?> file = new YamlPropertySourceLoader()
                .load("file", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
                .getFirst();
        assertKnown(
                "small", new Binder(ConfigurationPropertySources.from(List.of(file, reference("standalone.yaml")))));
    }

    /** As livekit-server's file has them: where a preset sets one field to nothing, and another to something. */
    @Test
    void aPresetOfLivekitServersFileThatSaysNothingIsThereToo() {
        String key = "parley.room.room-configurations";
        Binder binder = new Binder(new MapConfigurationPropertySource(
                Map.of(key + "[small]", "", key + "[big]", "", key + "[big].max-participants", "2")));
        assertKnown("small", binder);
        assertThat(assertKnown("big", binder).getMaxParticipants()).isEqualTo(2);
    }

    private static CreateRoomRequest assertKnown(String preset, Binder binder) {
        ParleyProperties properties = binder.bindOrCreate("parley", ParleyProperties.class);
        RoomPresets presets =
                RoomConfigurationProperties.presets(properties.room().roomConfigurations(), properties.limit());
        return presets.applyTo(
                CreateRoomRequest.newBuilder().setRoomPreset(preset).build());
    }

    @Test
    void aPresetThatNoRoomCanBeMadeWithStopsTheStart() {
        assertThatThrownBy(() -> start(
                        "--spring.profiles.active=dev",
                        "--parley.room.room-configurations.small.tags[parley.identity]=share"))
                .rootCause()
                .hasMessageContaining("parley.room.room-configurations.small")
                .hasMessageContaining("replace, reject, suffix");
    }

    /** Whoever gives keys of his own wants no others: everybody knows the one of development. */
    @Test
    void theWellKnownKeyIsGoneWhereOthersAreGiven() {
        ApiKeys keys = ApiKeys.of(Map.of("mine", "short"), true);
        assertThat(keys).hasToString("ApiKeys[mine]");
        assertThat(ApiKeys.of(Map.of(), true).first()).isEqualTo(Map.entry("devkey", "secret"));
    }

    @Test
    void aCodecThatIsNoMimeTypeStopsTheStart() {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley.room.enabled-codecs[0].mime=VP8"))
                .rootCause()
                .hasMessageContaining("parley.room.enabled-codecs")
                .hasMessageContaining("\"VP8\"")
                .hasMessageContaining("video/VP8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit.signal-message-size-limit=0",
                "limit.signal-message-size-limit=5MB",
                "limit.max-api-request-body-size=1GB",
                "limit.num-tracks=-1",
                "limit.max-metadata-size=-1B",
                "http.trusted-proxies=10.0.0.0/40"
            })
    void aLimitOrProxyThatCanNotBeStopsTheStartAndNamesItsKey(String setting) {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley." + setting))
                .rootCause()
                .hasMessageContaining("parley." + setting.substring(0, setting.indexOf('=')));
    }

    @Test
    void enabledCodecsBind() {
        MapConfigurationPropertySource source = new MapConfigurationPropertySource(Map.of(
                "parley.room.enabled-codecs[0].mime", "audio/opus",
                "parley.room.enabled-codecs[1].mime", "video/H264",
                "parley.room.enabled-codecs[1].fmtp-line", "profile-level-id=42001f"));
        ParleyProperties properties = new Binder(source).bindOrCreate("parley", ParleyProperties.class);
        assertThat(properties.room().enabledCodecs())
                .containsExactly(
                        new EnabledCodec("audio/opus", ""), new EnabledCodec("video/H264", "profile-level-id=42001f"));
    }

    @Test
    void aBadSettingIsReportedWithoutAStackOfBeans(CapturedOutput output) {
        assertThatThrownBy(() -> start("--parley.keys.mykey=short")).isInstanceOf(Exception.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("parley.keys.mykey")
                .contains("docs/configuration.md")
                .doesNotContain("BeanCreationException");
    }

    @Test
    void aBadRedisUrlIsNotRepeated() {
        assertThatThrownBy(() -> RedisConnections.to(RedisSettings.of("user:password@host")))
                .hasMessageContaining("parley.cluster.redis-url")
                .hasMessageNotContaining("password@host");
    }

    @Test
    void aWeakClusterSecretStopsTheStartAndSaysWhatToDo() {
        assertThatThrownBy(() -> ClusterSecret.strong("short"))
                .hasMessageContaining("parley.cluster.secret")
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("short:");
        assertThatThrownBy(() -> ClusterSecret.strong("")).hasMessageContaining("parley.cluster.secret is empty");
    }

    @Test
    void aWeakSecretStopsTheStartAndSaysWhatToDo() {
        assertThatThrownBy(() -> start("--parley.keys.mykey=short"))
                .rootCause()
                .hasMessageContaining("parley.keys.mykey")
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("short:");
        assertThatThrownBy(() -> ApiKeys.strong(Map.of())).hasMessageContaining("parley.keys is empty");
    }

    private static void start(String... args) {
        SpringApplication application = ServiceProcess.application(StandaloneWiring.class, "standalone");
        application.setLogStartupInfo(false);
        application.run(args).close();
    }

    private static EnumerablePropertySource<?> reference(String file) throws IOException {
        return (EnumerablePropertySource<?>) new YamlPropertySourceLoader()
                .load("reference", new ClassPathResource(file))
                .getFirst();
    }
}
