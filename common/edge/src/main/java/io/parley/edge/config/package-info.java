/**
 * How services are configured: livekit-server's keys in our words ({@link io.parley.edge.config.LiveKitKeys} is the one table),
 * unknown keys refused with the nearest known one, and bad values named with what is allowed.
 */
@NullMarked
package io.parley.edge.config;

import org.jspecify.annotations.NullMarked;
