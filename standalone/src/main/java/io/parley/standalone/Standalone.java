// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The process of `parley dev`: every service, in-memory adapters. */
public final class Standalone {
    private Standalone() {}

    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(StandaloneWiring.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        ConfigurableApplicationContext context = application.run(args);
        if (context.getEnvironment().getProperty("training-run", Boolean.class, false)) {
            context.close(); // the build's training run
        }
    }
}
