/** Ports to what services share: which node has a room, and the link to a node. Adapters carry their technology's name. */
@NullMarked
package io.parley.cluster;

import org.jspecify.annotations.NullMarked;
