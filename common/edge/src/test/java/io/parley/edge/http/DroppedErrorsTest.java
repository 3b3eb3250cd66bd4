// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.TooLongFrameException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.netty.channel.AbortedException;

class DroppedErrorsTest {
    static Throwable[] ofClients() {
        return new Throwable[] {
            new AbortedException("Connection has been closed BEFORE send operation"),
            new TooLongFrameException(),
            new ClosedChannelException(),
            new IOException("Connection reset by peer"),
            new IOException("Broken pipe"),
        };
    }

    static Throwable[] ofOurs() {
        return new Throwable[] {
            new IOException("Too many open files"),
            new IOException(),
            new FileNotFoundException("cert.pem"),
            new OutOfMemoryError(),
        };
    }

    @ParameterizedTest
    @MethodSource("ofClients")
    void aClientMayEndItsConnectionOrSendWhatNobodyCanRead(Throwable error) {
        assertThat(DroppedErrors.isOfClient(error)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("ofOurs")
    void nothingElseIsTheClientsDoing(Throwable error) {
        assertThat(DroppedErrors.isOfClient(error)).isFalse();
    }
}
