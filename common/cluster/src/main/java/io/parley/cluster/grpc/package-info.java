/** The node link over gRPC: {@code node_link.proto}, its client and its server. */
@NullMarked
package io.parley.cluster.grpc;

import org.jspecify.annotations.NullMarked;
