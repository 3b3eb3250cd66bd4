// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import io.netty.handler.codec.CodecException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Hooks;
import reactor.netty.channel.AbortedException;

/**
 * What Reactor does with an error that arrives when nobody listens any more. A client that resets its connection just as
 * we close it, or sends what nobody can read, is everyday life, not an error of ours; everything else still is.
 */
public final class DroppedErrors {
    private static final Logger log = LoggerFactory.getLogger(DroppedErrors.class);

    /** Netty's words for a task that is given to a loop of a server that was stopped. */
    private static final String LOOP_ENDED = "event executor terminated";

    private DroppedErrors() {}

    /** For the whole process, as Reactor has it. */
    public static void install() {
        Hooks.onErrorDropped(DroppedErrors::onDropped);
    }

    /** A connection that ended, or bytes that are none of its protocol. */
    public static boolean isOfClient(Throwable error) {
        return error instanceof AbortedException
                || error instanceof CodecException
                || error instanceof ClosedChannelException
                || error instanceof IOException && isReset(error.getMessage());
    }

    /** Which the kernel says as an IOException of no class of its own. */
    private static boolean isReset(@Nullable String message) {
        return message != null && (message.contains("Connection reset") || message.contains("Broken pipe"));
    }

    static void onDropped(Throwable error) {
        if (isOfClient(error)) {
            log.debug("connection ended by the client: {}", error.getMessage());
        } else if (error instanceof RejectedExecutionException && LOOP_ENDED.equals(error.getMessage())) {
            log.debug("the process ends, and a connection did so after its loop");
        } else {
            log.atError().setCause(error).log("error after the end of its stream");
        }
    }
}
