// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import io.parley.api.error.ApiError;
import io.parley.api.id.RoomName;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RoomMovedResponse;

/**
 * A signal stream between the front door, where a client's socket ends, and the node of its seat. Frames are encoded
 * SignalRequests and SignalResponses, relayed unparsed and in order.
 */
public interface SignalLink {
    /** Hears of a stream; called from any thread, one call at a time. Nothing follows any but the first. */
    interface Listener {
        void onResponse(byte[] frame);

        /**
         * Where the participant is to be, what it may and what it says of itself is not what its token says, and it needs
         * another.
         *
         * @param participant name, metadata, attributes and permission count
         */
        void onClaims(RoomName room, ParticipantInfo participant);

        /**
         * The participant is in another room, of which the client is told with a token for it.
         *
         * @param moved without the token
         */
        void onRoomMoved(RoomMovedResponse moved);

        /** The node does not begin the session; nothing came before. */
        void onRefused(ApiError error);

        /** The node ended the stream. */
        void onClosed();

        /** The way to the node broke, or either side was too slow for the other: the seat may live on. */
        void onLost();
    }

    /** The client's direction of a stream. */
    interface Requests {
        /** A frame that can't be parsed is dropped and counted. */
        void send(byte[] frame);

        /** The client's socket is gone. */
        void close();
    }

    /** @throws io.parley.api.error.ApiError if the node refuses the session */
    Requests open(SessionStart start, Listener listener);
}
