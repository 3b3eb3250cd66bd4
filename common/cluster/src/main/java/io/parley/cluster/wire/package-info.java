/** What adapters share: the messages of {@code node_link.proto} that more than one of them writes. */
@NullMarked
package io.parley.cluster.wire;

import org.jspecify.annotations.NullMarked;
