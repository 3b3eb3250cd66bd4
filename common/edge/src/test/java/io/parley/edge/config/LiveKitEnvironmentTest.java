// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SimpleCommandLinePropertySource;

/** Where livekit-server looks for what it is told, and which place wins. */
class LiveKitEnvironmentTest {
    @TempDir
    private Path folder;

    @Test
    void flagsWinOverVariablesAndTheseOverTheFile() throws IOException {
        Path file =
                Files.writeString(folder.resolve("livekit.yaml"), "region: file\nport: 1\nroom: {auto_create: true}\n");
        Map<String, Object> variables = Map.of("LIVEKIT_REGION", "variable", "LIVEKIT_ROOM_AUTO_CREATE", "false");
        LiveKitSettings settings = given(variables, "--config", file.toString(), "--region", "flag");
        assertThat(settings.get("region")).isEqualTo("flag");
        assertThat(settings.get("room.auto_create")).isEqualTo("false");
        assertThat(settings.get("port")).isEqualTo("1");
    }

    @Test
    void theVariableWithTheWholeConfigurationStandsForTheFile() {
        LiveKitSettings settings = given(Map.of("LIVEKIT_CONFIG", "region: body"), "--config=/nowhere.yaml");
        assertThat(settings.get("region")).isEqualTo("body");
    }

    @Test
    void keysFromTheEnvironmentReplaceThoseOfTheFile() {
        LiveKitSettings settings =
                given(Map.of("LIVEKIT_CONFIG", "keys: {old: one}", "LIVEKIT_KEYS", "new: two\nother: three"));
        assertThat(settings.get("keys.old")).isNull();
        assertThat(settings.get("keys.new")).isEqualTo("two");
        assertThat(settings.get("keys.other")).isEqualTo("three");
    }

    @Test
    void theKeyFileWinsOverOtherKeys() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), "filed: secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        LiveKitSettings settings = given(Map.of("LIVEKIT_KEYS", "new: two"), "--key-file", file.toString());
        assertThat(settings.get("keys.new")).isNull();
        assertThat(settings.get("keys.filed")).isEqualTo("secret");
    }

    @Test
    void aKeyFileThatEverybodyMayReadIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), "filed: secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> given(Map.of(), "--key-file", file.toString()))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("chmod o-rwx " + file);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> given(Map.of(), "--config", "/nowhere.yaml"))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("/nowhere.yaml can't be read");
    }

    @Test
    void flagsOfLiveKitTakeTheNextWordAsSpringsOptionsDoNot() {
        assertThat(LiveKitOptions.joined("--config", "a.yaml", "--dev", "--bind", "::1", "--parley.region=x", "word"))
                .containsExactly("--config=a.yaml", "--dev=true", "--bind=::1", "--parley.region=x", "word");
    }

    @Test
    void unknownOptionsAreToldWithTheNearest() {
        LiveKitOptions options = options(
                "--sever.port=1", "--rtc.udp_prot=1", "--parley.x=1", "--spring.y=1", "--nonsense=1", "--region=eu");
        assertThat(options.unknown(Set.of("parley.region")))
                .containsExactlyInAnyOrder(
                        "unknown option --sever.port: did you mean server.port?",
                        "unknown option --rtc.udp_prot: did you mean rtc.udp_port?",
                        "unknown option --nonsense");
    }

    private static LiveKitSettings given(Map<String, Object> variables, String... args) {
        return LiveKitEnvironment.given(variables, options(args));
    }

    private static LiveKitOptions options(String... args) {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addFirst(new SimpleCommandLinePropertySource(LiveKitOptions.joined(args)));
        return new LiveKitOptions(sources);
    }
}
