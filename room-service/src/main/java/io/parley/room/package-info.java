/** The front door: tokens, the signal WebSocket, placement. Every client socket ends here. */
@NullMarked
package io.parley.room;

import org.jspecify.annotations.NullMarked;
