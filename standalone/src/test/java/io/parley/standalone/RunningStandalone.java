// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.edge.ServiceProcess;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Standalone for the tests of a class: in their JVM, with the settings of development, on ports that were free. */
public final class RunningStandalone implements BeforeAllCallback, AfterAllCallback {
    private final List<Class<?>> moreSources;
    private final String[] arguments;

    @SuppressWarnings("NullAway.Init") // in beforeAll
    private ConfigurableApplicationContext context;

    /** @param more arguments after those of every test, for instance {@code --parley.room.auto-create=false} */
    public RunningStandalone(String... more) {
        this(List.of(), more);
    }

    /** @param moreSources of beans of the test's own */
    RunningStandalone(List<Class<?>> moreSources, String... more) {
        this.moreSources = moreSources;
        arguments = Stream.concat(
                        Stream.of(
                                "--spring.profiles.active=dev",
                                "--server.port=0",
                                "--management.server.port=0",
                                "--parley.rtc.udp-port=0",
                                "--parley.rtc.debug-port=0"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    @Override
    public void beforeAll(ExtensionContext ofTests) {
        SpringApplication application = ServiceProcess.application(StandaloneWiring.class, "standalone");
        application.addPrimarySources(moreSources);
        context = application.run(arguments);
    }

    @Override
    public void afterAll(ExtensionContext ofTests) {
        context.close();
    }

    public int port() {
        return port("local.server.port");
    }

    int managementPort() {
        return port("local.management.port");
    }

    private int port(String property) {
        return context.getEnvironment().getRequiredProperty(property, Integer.class);
    }

    ConfigurableApplicationContext context() {
        return context;
    }
}
