// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.signal;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnknownFieldSet;
import io.parley.engine.seat.Answer;
import io.parley.engine.seat.ClientRequests;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.RequestLimits;
import io.parley.engine.seat.Seat;
import io.parley.engine.seat.SignalSink;
import java.io.IOException;
import java.util.List;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.UpdateParticipantMetadata;

/** One switch from a signal request to a call on the seat. */
public final class SignalDispatcher {
    /** Of SignalRequest, since protocol 1.51. */
    private static final int STORE_DATA_BLOB_REQUEST = 22;

    private static final int GET_DATA_BLOB_REQUEST = 23;

    /** Field 1, a varint. */
    private static final int REQUEST_ID_TAG = 8;

    private SignalDispatcher() {}

    public static void dispatch(long nowNs, Seat seat, SignalInput input) {
        if (!(input instanceof SignalInput.Closed)) {
            seat.onSignal(nowNs);
        }
        switch (input) {
            case SignalInput.SignOfLife sign -> {
                // noted above
            }
            case SignalInput.OfferMade(Offer offer) -> seat.onOffer(nowNs, offer);
            case SignalInput.AnswerMade(Answer answer) -> seat.onAnswer(nowNs, answer);
            case SignalInput.BadDescription bad -> seat.onBadDescription();
            case SignalInput.Closed(SignalSink stream) -> seat.onSignalClosed(stream);
            case SignalInput.Request(SignalRequest request) -> onRequest(nowNs, seat, request);
        }
    }

    private static void onRequest(long nowNs, Seat seat, SignalRequest request) {
        ClientRequests requests = seat.requests();
        String excess = RequestLimits.exceeded(request);
        if (excess != null) {
            requests.refuse(excess);
            return;
        }
        switch (request.getMessageCase()) {
            case ADD_TRACK -> requests.onAddTrack(nowNs, request.getAddTrack());
            case MUTE -> requests.onMute(request.getMute());
            case SUBSCRIPTION -> requests.onSubscription(nowNs, request.getSubscription());
            case TRACK_SETTING -> requests.onTrackSettings(nowNs, request.getTrackSetting());
            case SUBSCRIPTION_PERMISSION -> requests.onSubscriptionPermission(request.getSubscriptionPermission());
            case UPDATE_METADATA -> {
                UpdateParticipantMetadata update = request.getUpdateMetadata();
                requests.onUpdateMetadata(
                        update.getRequestId(), update.getName(), update.getMetadata(), update.getAttributesMap());
            }
            case UPDATE_AUDIO_TRACK -> requests.onUpdateAudioTrack(request.getUpdateAudioTrack());
            case UPDATE_VIDEO_TRACK -> requests.onUpdateVideoTrack(request.getUpdateVideoTrack());
            case SYNC_STATE -> requests.onSyncState(nowNs, request.getSyncState());
            case SIMULATE -> seat.onSimulate(nowNs, request.getSimulate());
            case LEAVE -> seat.onLeave(request.getLeave().getReason());
            case PUBLISH_DATA_TRACK_REQUEST -> requests.onPublishDataTrack(request.getPublishDataTrackRequest());
            case UNPUBLISH_DATA_TRACK_REQUEST -> requests.onUnpublishDataTrack(request.getUnpublishDataTrackRequest());
            case MESSAGE_NOT_SET -> onLaterRequest(requests, request);
            default -> {
                // Offers and answers come parsed; pings are answered and candidates dropped at the edge. The rest is of
                // features that clients do without.
            }
        }
    }

    /** Requests that our protobuf library does not know, and clients wait for an answer to. */
    private static void onLaterRequest(ClientRequests requests, SignalRequest request) {
        UnknownFieldSet fields = request.getUnknownFields();
        if (fields.hasField(STORE_DATA_BLOB_REQUEST)) {
            requests.onStoreDataBlob(requestId(fields.getField(STORE_DATA_BLOB_REQUEST)));
        } else if (fields.hasField(GET_DATA_BLOB_REQUEST)) {
            requests.onGetDataBlob(requestId(fields.getField(GET_DATA_BLOB_REQUEST)));
        }
    }

    /** Their first field, as protobuf writes it; 0 if they have none. The rest may be any size, and is not looked at. */
    private static int requestId(UnknownFieldSet.Field request) {
        List<ByteString> bytes = request.getLengthDelimitedList();
        if (bytes.isEmpty()) {
            return 0;
        }
        try {
            CodedInputStream first = bytes.getFirst().newCodedInput();
            return first.readTag() == REQUEST_ID_TAG ? first.readUInt32() : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
