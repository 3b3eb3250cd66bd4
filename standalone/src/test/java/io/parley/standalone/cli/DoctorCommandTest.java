// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** It reads settings as the service does. */
@ExtendWith(OutputCaptureExtension.class)
class DoctorCommandTest {
    private static final String[] FREE = {"--server.port=0", "--management.server.port=0", "--parley.rtc.udp-port=0"};

    private final StringWriter out = new StringWriter();

    @Test
    void isContentWithAHostThatHasEverything() {
        assertThat(doctor(FREE)).isZero();
        assertThat(out.toString())
                .contains("candidates", "UDP buffers", "clock")
                .doesNotContain("Redis");
    }

    @Test
    void failsForAPortThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(doctor("dev", "--server.port=" + taken.getLocalPort(), FREE[1], FREE[2]))
                    .isEqualTo(1);
            assertThat(out.toString()).contains("TCP " + taken.getLocalPort(), "BAD: can't be had");
        }
    }

    @Test
    void readsLivekitServersFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("livekit.yaml"), "rtc:\n  node_ip: 203.0.113.7\n");
        assertThat(doctor(
                        "--config",
                        file.toString(),
                        FREE[0],
                        FREE[1],
                        "--parley.rtc.udp-port=47000",
                        "--parley.rtc.shards=2"))
                .isZero();
        assertThat(out.toString()).contains("203.0.113.7:47000, 203.0.113.7:47001");
    }

    @Test
    void looksForTheRedisOfServices() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        String redis = "--parley.cluster.redis-url=redis://127.0.0.1:" + free;
        assertThat(doctor("room-service", redis, FREE[0], FREE[1])).isEqualTo(1);
        assertThat(out.toString()).contains("Redis", "BAD: does not answer").doesNotContain("candidates");
        out.getBuffer().setLength(0);
        assertThat(doctor("webhook-dispatcher", redis, FREE[0])).isEqualTo(1);
        assertThat(out.toString()).contains("Redis", "BAD: does not answer");
        assertThat(doctor("sfu-node", redis, FREE[0], FREE[2], "--parley.node.link-port=0"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("candidates");
    }

    @Test
    void looksForTheKafkaOfServices(CapturedOutput output) {
        String[] options = {
            FREE[0], FREE[2], "--parley.node.link-port=0", "--parley.cluster.redis-url=redis://127.0.0.1:1"
        };
        assertThat(doctor("webhook-dispatcher", options[3], FREE[0])).isEqualTo(1);
        assertThat(out.toString()).contains("Kafka", "BAD: is nowhere");
        out.getBuffer().setLength(0);
        assertThat(doctor("sfu-node", options[0], options[1], options[2], options[3]))
                .isEqualTo(1);
        assertThat(out.toString()).doesNotContain("Kafka");
        assertThat(doctor(
                        "sfu-node",
                        options[0],
                        options[1],
                        options[2],
                        options[3],
                        "--parley.kafka.bootstrap-servers=kafka.invalid:9092"))
                .isEqualTo(1);
        assertThat(out.toString()).contains("Kafka", "BAD: does not answer", "No resolvable bootstrap urls");
        assertThat(output).as("Kafka's own words").doesNotContain("kafka.invalid");
    }

    @Test
    void settingsThatStopTheServiceStopItToo(CapturedOutput output) {
        assertThat(doctor("--parley.rtc.udp-prot=1")).isEqualTo(1);
        assertThat(output).contains("did you mean parley.rtc.udp-port?");
    }

    private int doctor(String... args) {
        String[] line = new String[args.length + 1];
        line[0] = "doctor";
        System.arraycopy(args, 0, line, 1, args.length);
        return Cli.commandLine().setOut(new PrintWriter(out, true)).execute(line);
    }
}
