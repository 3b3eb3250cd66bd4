// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A process that can't start says so in a sentence and ends. It lived on by its shards' threads, and so a supervisor took it
 * for a service.
 */
class StartFailureIT {
    private static final int GENEROUS_S = 120;

    @Test
    void aTakenUdpPortIsNamed() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThat(outputOfFailedStart(
                            "--parley.rtc.udp-port=" + taken.getLocalPort(),
                            "--parley.rtc.shards=1",
                            "--parley.rtc.debug-port=0"))
                    .contains("APPLICATION FAILED TO START")
                    .contains("can't bind UDP")
                    .contains(":" + taken.getLocalPort())
                    .doesNotContain("Error creating bean");
        }
    }

    @Test
    void aTakenDebugPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(outputOfFailedStart(
                            "--parley.rtc.udp-port=0", "--parley.rtc.debug-port=" + taken.getLocalPort()))
                    .contains("APPLICATION FAILED TO START")
                    .contains("can't bind the debug port " + taken.getLocalPort());
        }
    }

    private static String outputOfFailedStart(String... args) throws IOException, InterruptedException {
        Path output = Files.createTempFile("failed-start", ".log");
        List<String> options = new ArrayList<>(
                List.of("--spring.profiles.active=dev", "--server.port=0", "--management.server.port=0"));
        Collections.addAll(options, args);
        Process process = JavaProcess.of(Standalone.class, options.toArray(String[]::new))
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean hasEnded = process.waitFor(GENEROUS_S, TimeUnit.SECONDS);
            assertThat(hasEnded).as("it ends").isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }
}
