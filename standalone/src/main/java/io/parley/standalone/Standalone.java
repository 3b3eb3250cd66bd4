// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import io.parley.edge.ServiceProcess;

/** The process of `parley dev`: every service, in-memory adapters. */
public final class Standalone {
    private Standalone() {}

    public static void main(String[] args) {
        ServiceProcess.run(StandaloneWiring.class, "standalone", args);
    }
}
