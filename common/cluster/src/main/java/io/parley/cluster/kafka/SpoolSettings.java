// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import java.nio.file.Path;

/**
 * @param directory of one process alone; its next life goes on with what is there
 * @param maxBytes that may wait in it; on disk there may be one segment more
 */
public record SpoolSettings(Path directory, long maxBytes) {}
