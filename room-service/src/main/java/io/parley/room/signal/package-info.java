/** The signal WebSocket: checks before the upgrade, then frames relayed unparsed to the seat's node. */
@NullMarked
package io.parley.room.signal;

import org.jspecify.annotations.NullMarked;
