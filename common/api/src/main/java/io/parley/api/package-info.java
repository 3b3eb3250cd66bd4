/** LiveKit's vocabulary: generated messages (from {@code io.livekit:livekit-server}), ids, grants and errors. */
@NullMarked
package io.parley.api;

import org.jspecify.annotations.NullMarked;
