// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import com.google.protobuf.UnknownFieldSet;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.TrackAccess;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.PublishDataTrackRequest;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionPermission;
import livekit.LivekitRtc.SyncState;
import livekit.LivekitRtc.TrackPublishedResponse;
import livekit.LivekitRtc.UnpublishDataTrackRequest;
import livekit.LivekitRtc.UpdateLocalAudioTrack;
import livekit.LivekitRtc.UpdateLocalVideoTrack;
import livekit.LivekitRtc.UpdateSubscription;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for, and what we answer: about its own tracks, about those of others, about itself. Descriptions
 * and the coming and going of the client are its {@link Seat}'s. Owned by the seat's shard.
 */
public final class ClientRequests {
    /** Of a request that is refused for its size; SDKs send 36. */
    private static final int MAX_CID_LENGTH = 256;

    /** An answer is on its way within milliseconds. */
    private static final int MAX_UNANSWERED = 100;

    private final Seat seat;
    private final Publications publications;
    private final Subscriptions subscriptions;
    private final Negotiator negotiator;
    private TrackAccess access = TrackAccess.OPEN;

    /** Of what was told the home, what it did not answer; it answers in order. */
    private final Deque<SeatToHome.MetadataChanged> unanswered = new ArrayDeque<>();

    ClientRequests(Seat seat, Publications publications, Subscriptions subscriptions, Negotiator negotiator) {
        this.seat = seat;
        this.publications = publications;
        this.subscriptions = subscriptions;
        this.negotiator = negotiator;
    }

    public void onAddTrack(long nowNs, AddTrackRequest request) {
        String excess = RequestLimits.exceeded(request);
        if (excess != null) {
            // Clients know their request by its cid; the rest may be any size.
            String cid = request.getCid().length() > MAX_CID_LENGTH ? "" : request.getCid();
            respond(
                    RequestResponse.Reason.LIMIT_EXCEEDED,
                    RequestResponse.newBuilder()
                            .setMessage(excess)
                            .setAddTrack(AddTrackRequest.newBuilder().setCid(cid)));
            return;
        }
        if (!request.getSid().isEmpty()) {
            answer(request, publications.addCodecs(request, seat.trackDescriber()), RequestResponse.Reason.NOT_FOUND);
            return;
        }
        RequestResponse.Reason refusal =
                publications.refusal(nowNs, request, seat.info().getPermission());
        answer(
                request,
                refusal == null ? publications.add(nowNs, request, seat.trackDescriber()) : null,
                refusal == null ? RequestResponse.Reason.OK : refusal);
    }

    /** @param track null if it is refused */
    private void answer(AddTrackRequest request, @Nullable TrackInfo track, RequestResponse.Reason refusal) {
        if (track == null) {
            respond(refusal, RequestResponse.newBuilder().setAddTrack(request));
            return;
        }
        seat.signal(SignalResponse.newBuilder()
                .setTrackPublished(TrackPublishedResponse.newBuilder()
                        .setCid(request.getCid())
                        .setTrack(track))
                .build());
    }

    /** Somebody can take only a codec of the client's track that it does not send; it does when it hears that. */
    void onCodecWanted(String trackSid, int index) {
        Publication publication = publications.want(trackSid, index);
        if (publication != null) {
            seat.signal(WantedCodecs.of(publication));
        }
    }

    /** It may not have heard of them. */
    void repeatCodecsWanted() {
        for (Publication publication : publications.all()) {
            if (publication.codecs().stream().anyMatch(codec -> codec.isWanted && !codec.isBound())) {
                seat.signal(WantedCodecs.of(publication));
            }
        }
    }

    public void onMute(MuteTrackRequest request) {
        if (!publications.setMuted(request.getSid(), request.getMuted())) {
            respond(
                    RequestResponse.Reason.NOT_FOUND,
                    RequestResponse.newBuilder().setMute(request));
        }
    }

    public void onSubscription(long nowNs, UpdateSubscription update) {
        subscribe(
                nowNs,
                HomeToSeat.Subscribe.of(
                        update.getTrackSidsList(), update.getParticipantTracksList(), update.getSubscribe()));
    }

    void subscribe(long nowNs, HomeToSeat.Subscribe request) {
        boolean isChanged = false;
        for (String trackSid : request.trackSids()) {
            isChanged |= subscriptions.setWanted(nowNs, trackSid, request.isWanted());
        }
        if (isChanged) {
            negotiator.negotiate(nowNs);
        }
    }

    public void onSubscriptionPermission(SubscriptionPermission permission) {
        access = TrackAccess.of(permission);
        seat.tellHome(new SeatToHome.AccessSet(access));
    }

    /** Who may receive the client's tracks, as it said last. */
    TrackAccess access() {
        return access;
    }

    /**
     * What a client that resumed believes. Its data states are of no use here: the association outlived the signal
     * stream, so no packet was missed.
     */
    public void onSyncState(long nowNs, SyncState sync) {
        for (TrackPublishedResponse published : sync.getPublishTracksList()) {
            if (publications.bySid(published.getTrack().getSid()) == null) {
                seat.close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
                return;
            }
        }
        onSubscription(nowNs, sync.getSubscription());
        sync.getTrackSidsDisabledList().forEach(trackSid -> subscriptions.disable(nowNs, trackSid));
    }

    public void onTrackSettings(long nowNs, UpdateTrackSettings settings) {
        UpdateTrackSettings ofEach = settings.toBuilder()
                .clearTrackSids()
                .setUnknownFields(UnknownFieldSet.getDefaultInstance())
                .build();
        settings.getTrackSidsList().forEach(trackSid -> subscriptions.onSettings(nowNs, trackSid, ofEach));
    }

    public void onUpdateMetadata(int requestId, String name, String metadata, Map<String, String> attributes) {
        RequestResponse.Builder response = RequestResponse.newBuilder().setRequestId(requestId);
        if (!seat.info().getPermission().getCanUpdateMetadata()) {
            respond(RequestResponse.Reason.NOT_ALLOWED, response);
            return;
        }
        String excess = excess(name, metadata, attributes);
        if (excess != null) {
            respond(RequestResponse.Reason.LIMIT_EXCEEDED, response.setMessage(excess));
            return;
        }
        if (unanswered.size() == MAX_UNANSWERED) {
            respond(
                    RequestResponse.Reason.LIMIT_EXCEEDED,
                    response.setMessage("more than " + MAX_UNANSWERED + " changes at once"));
            return;
        }
        SeatToHome.MetadataChanged change = new SeatToHome.MetadataChanged(requestId, name, metadata, attributes);
        unanswered.add(change);
        seat.tellHome(change);
    }

    /** The home of another room is asked what the one before did not come to. */
    void onMoved() {
        unanswered.forEach(seat::tellHome);
    }

    /** Nobody will come to it. */
    void refuseUnanswered() {
        unanswered.forEach(change -> respond(
                RequestResponse.Reason.UNCLASSIFIED_ERROR,
                RequestResponse.newBuilder()
                        .setRequestId(change.requestId())
                        .setMessage("moved to another room meanwhile")));
        unanswered.clear();
    }

    private @Nullable String excess(String name, String metadata, Map<String, String> attributes) {
        ParticipantLimits limits = seat.limits();
        if (limits.name().isExceededBy(name)) {
            return "name exceeds the limit of " + limits.name();
        }
        if (limits.metadata().isExceededBy(metadata)) {
            return "metadata exceeds the limit of " + limits.metadata();
        }
        return limits.attributes().isExceededBy(ParticipantLimits.sizeOf(attributes)) ? tooManyAttributes() : null;
    }

    private String tooManyAttributes() {
        return "attributes exceed the limit of " + seat.limits().attributes();
    }

    public void onUpdateVideoTrack(UpdateLocalVideoTrack update) {
        Publication publication = publications.bySid(update.getTrackSid());
        if (publication == null) {
            respond(
                    RequestResponse.Reason.NOT_FOUND,
                    RequestResponse.newBuilder().setUpdateVideoTrack(update));
            return;
        }
        publications.change(
                publication,
                publication.info().toBuilder()
                        .setWidth(update.getWidth())
                        .setHeight(update.getHeight())
                        .build());
    }

    /** A microphone's features, such as noise suppression, may change while it is on. */
    public void onUpdateAudioTrack(UpdateLocalAudioTrack update) {
        Publication publication = publications.bySid(update.getTrackSid());
        if (publication == null || publication.info().getType() != TrackType.AUDIO) {
            respond(
                    RequestResponse.Reason.NOT_FOUND,
                    RequestResponse.newBuilder().setUpdateAudioTrack(update));
            return;
        }
        Set<Integer> features = new LinkedHashSet<>(update.getFeaturesValueList());
        publications.change(publication, TrackDescriber.withFeatures(publication.info(), features));
    }

    /** There are no data tracks, which LiveKit's clients hear as a want of permission. */
    public void onPublishDataTrack(PublishDataTrackRequest request) {
        respond(
                RequestResponse.Reason.NOT_ALLOWED,
                RequestResponse.newBuilder()
                        .setMessage("data tracks are not supported")
                        .setPublishDataTrack(
                                PublishDataTrackRequest.newBuilder().setPubHandle(request.getPubHandle())));
    }

    public void onUnpublishDataTrack(UnpublishDataTrackRequest request) {
        respond(
                RequestResponse.Reason.NOT_FOUND,
                RequestResponse.newBuilder()
                        .setUnpublishDataTrack(
                                UnpublishDataTrackRequest.newBuilder().setPubHandle(request.getPubHandle())));
    }

    /** Blobs are off in LiveKit unless they are enabled, and not here. */
    public void onStoreDataBlob(int requestId) {
        respond(
                RequestResponse.Reason.NOT_ALLOWED,
                RequestResponse.newBuilder().setRequestId(requestId).setMessage("data blobs are not supported"));
    }

    public void onGetDataBlob(int requestId) {
        respond(
                RequestResponse.Reason.NOT_FOUND,
                RequestResponse.newBuilder().setRequestId(requestId).setMessage("data blobs are not supported"));
    }

    void onMetadataAnswered(int requestId, RequestResponse.Reason reason) {
        unanswered.remove();
        RequestResponse.Builder response = RequestResponse.newBuilder().setRequestId(requestId);
        if (reason == RequestResponse.Reason.LIMIT_EXCEEDED) {
            response.setMessage(tooManyAttributes());
        }
        respond(reason, response);
    }

    /** Answers a request that asks for too much. It is not repeated, as other refusals do: it may be any size. */
    public void refuse(String excess) {
        respond(
                RequestResponse.Reason.LIMIT_EXCEEDED,
                RequestResponse.newBuilder().setMessage(excess));
    }

    private void respond(RequestResponse.Reason reason, RequestResponse.Builder response) {
        seat.signal(SignalResponse.newBuilder()
                .setRequestResponse(response.setReason(reason))
                .build());
    }
}
