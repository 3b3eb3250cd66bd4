// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import io.parley.edge.config.Allowed;
import java.nio.file.Path;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where events wait on disk for Kafka ({@code parley.events.spool}).
 *
 * @param directory of this process alone; "" for parley-events among the system's temporary files
 * @param maxSize of what waits
 */
public record SpoolProperties(
        @DefaultValue("") String directory,
        @DefaultValue("1GB") DataSize maxSize) {
    public SpoolProperties {
        Allowed.range("parley.events.spool.max-size", maxSize.toBytes(), 10 << 20, 1L << 50);
    }

    public Path path() {
        return directory.isEmpty()
                ? Path.of(System.getProperty("java.io.tmpdir"), "parley-events")
                : Path.of(directory);
    }
}
