// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import io.parley.edge.config.LiveKitOptions;
import io.parley.edge.http.ConnectionLoopFilter;
import io.parley.edge.http.RequestErrors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.netty.ReactorNetty;

/** How every service starts: all have their configuration beside each other on one class path. */
public final class ServiceProcess {
    /**
     * Reactor Netty's (1.3.7) logger of what went wrong on a connection after its end: as a warning, and past all that could
     * say that it was the client, who left in the middle of a message, or as we closed.
     */
    private static final String ENDED_CONNECTIONS = "logging.level.reactor.netty.channel.FluxReceive=ERROR";

    private ServiceProcess() {}

    /**
     * One loop a core. Reactor Netty (1.3.7) takes four at the least, and where there are fewer cores a connection waits until the
     * loops of others have used up their time: 10 ms at the 99th percentile instead of 5. It looks once, when its first class is loaded.
     */
    private static void limitLoops() {
        System.getProperties()
                .putIfAbsent(
                        ReactorNetty.IO_WORKER_COUNT,
                        String.valueOf(Runtime.getRuntime().availableProcessors()));
    }

    /** @param name of the service's reference configuration, without ".yaml" */
    public static SpringApplication application(Class<?> wiring, String name) {
        limitLoops();
        return new SpringApplicationBuilder(wiring, ConnectionLoopFilter.class, RequestErrors.class)
                .web(WebApplicationType.REACTIVE)
                .properties("spring.config.name=" + name, ENDED_CONNECTIONS)
                .build();
    }

    /** Ends the process if the service can't start: threads that it has by then would keep the rest of it alive. */
    public static void run(Class<?> wiring, String name, String... args) {
        ConfigurableApplicationContext context;
        try {
            context = application(wiring, name).run(LiveKitOptions.joined(args));
        } catch (RuntimeException reported) {
            System.exit(1);
            return;
        }
        if (context.getEnvironment().getProperty("training-run", Boolean.class, false)) {
            context.close(); // the build's training run
        }
    }
}
