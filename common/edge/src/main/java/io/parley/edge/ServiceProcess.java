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

/** How every service starts: all have their configuration beside each other on one class path. */
public final class ServiceProcess {
    private ServiceProcess() {}

    /** @param name of the service's reference configuration, without ".yaml" */
    public static SpringApplication application(Class<?> wiring, String name) {
        return new SpringApplicationBuilder(wiring, ConnectionLoopFilter.class, RequestErrors.class)
                .web(WebApplicationType.REACTIVE)
                .properties("spring.config.name=" + name)
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
