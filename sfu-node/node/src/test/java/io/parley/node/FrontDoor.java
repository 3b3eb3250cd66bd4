// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import io.parley.cluster.SignalLink;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalResponse;

/** The other end of a signal stream, which keeps what it hears. */
class FrontDoor implements SignalLink.Listener {
    enum End {
        CLOSED,
        LOST
    }

    /** In order: a SignalResponse for each frame, a RoomName for new claims, a RoomMovedResponse, an ApiError or an End. */
    final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    @Override
    public void onResponse(byte[] frame) {
        try {
            heard.add(SignalResponse.parseFrom(frame));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void onClaims(RoomName room, ParticipantInfo participant) {
        heard.add(room);
    }

    @Override
    public void onRoomMoved(RoomMovedResponse moved) {
        heard.add(moved);
    }

    @Override
    public void onRefused(ApiError error) {
        heard.add(error);
    }

    @Override
    public void onClosed() {
        heard.add(End.CLOSED);
    }

    @Override
    public void onLost() {
        heard.add(End.LOST);
    }

    /** The next of a type; what comes before is of no concern. */
    <T> T next(Class<T> type) throws InterruptedException {
        while (true) {
            Object one = heard.poll(10, TimeUnit.SECONDS);
            assertThat(one).as("a " + type.getSimpleName()).isNotNull();
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
    }

    SignalResponse next(SignalResponse.MessageCase wanted) throws InterruptedException {
        SignalResponse response;
        do {
            response = next(SignalResponse.class);
        } while (response.getMessageCase() != wanted);
        return response;
    }

    /** Those that {@code next} has not taken. */
    List<SignalResponse> responses() {
        return heard.stream()
                .filter(SignalResponse.class::isInstance)
                .map(SignalResponse.class::cast)
                .toList();
    }

    boolean isClosed() {
        return heard.contains(End.CLOSED);
    }
}
