// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.cluster.grpc.ClusterSecret;
import io.parley.cluster.redis.RedisConnections;
import io.parley.edge.ServiceProcess;
import io.parley.edge.security.ApiKeys;
import io.parley.node.EnabledCodec;
import io.parley.node.SfuNodeProperties;
import io.parley.room.RoomServiceProperties;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.ClassPathResource;

/** The file of each service is its reference: every key, and the default that holds without it. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationTest {
    static Stream<Arguments> references() {
        return Stream.of(
                Arguments.of("standalone.yaml", ParleyProperties.class),
                Arguments.of("room-service.yaml", RoomServiceProperties.class),
                Arguments.of("sfu-node.yaml", SfuNodeProperties.class));
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
        assertThat(listed).isEqualTo(keys("parley", properties));
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
    void aCodecThatIsNoMimeTypeStopsTheStart() {
        assertThatThrownBy(() -> start("--spring.profiles.active=dev", "--parley.room.enabled-codecs[0].mime=VP8"))
                .rootCause()
                .hasMessageContaining("parley.room.enabled-codecs")
                .hasMessageContaining("\"VP8\"")
                .hasMessageContaining("video/VP8");
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
                .contains("docs/services.md")
                .doesNotContain("BeanCreationException");
    }

    @Test
    void aBadRedisUrlIsNotRepeated() {
        assertThatThrownBy(() -> RedisConnections.to("user:password@host"))
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

    private static Set<String> keys(String prefix, Class<?> type) {
        Set<String> keys = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String kebab = component
                    .getName()
                    .chars()
                    .mapToObj(c -> Character.isUpperCase(c) ? "-" + (char) Character.toLowerCase(c) : "" + (char) c)
                    .collect(Collectors.joining());
            String name = prefix + "." + kebab;
            keys.addAll(component.getType().isRecord() ? keys(name, component.getType()) : Set.of(name));
        }
        return keys;
    }
}
