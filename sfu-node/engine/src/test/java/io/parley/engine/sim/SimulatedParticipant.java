// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import io.parley.api.error.ApiError;
import io.parley.api.id.ParticipantSid;
import io.parley.engine.seat.Offer;
import io.parley.engine.signal.SignalSink;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.testkit.ScriptedClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.UpdateSubscription;
import org.jspecify.annotations.Nullable;

/** A scripted client with its signalling: follows the server as livekit-client does with one peer connection. */
final class SimulatedParticipant implements SignalSink {
    private final SimulatedNode node;
    final String identity;
    final ScriptedClient media;
    final Map<String, ParticipantInfo> others = new HashMap<>();
    final List<SignalResponse> responses = new ArrayList<>();
    final Map<String, String> trackSidByCid = new HashMap<>();
    ParticipantSid sid = new ParticipantSid("");
    int seatShard;
    boolean isSingle = true;
    boolean isClosed;

    @Nullable
    ApiError refusal;

    private int offerId;

    SimulatedParticipant(SimulatedNode node, String identity, ScriptedClient media) {
        this.node = node;
        this.identity = identity;
        this.media = media;
    }

    /** Joins with audio and video published in the join request itself. */
    SimulatedParticipant joinPublishing(String room) {
        media.publish(identity + "-mic", MediaKind.AUDIO);
        media.publish(identity + "-cam", MediaKind.VIDEO);
        media.startMedia();
        sid = node.join(
                room,
                this,
                List.of(
                        addTrack(identity + "-mic", TrackType.AUDIO, TrackSource.MICROPHONE),
                        addTrack(identity + "-cam", TrackType.VIDEO, TrackSource.CAMERA)),
                new Offer(media.offer(), ++offerId));
        return this;
    }

    SimulatedParticipant joinWatching(String room) {
        sid = node.join(room, this, List.of(), new Offer(media.offer(), ++offerId));
        return this;
    }

    private static AddTrackRequest addTrack(String cid, TrackType type, TrackSource source) {
        return AddTrackRequest.newBuilder()
                .setCid(cid)
                .setType(type)
                .setSource(source)
                .build();
    }

    void subscribe(String trackSid, boolean wanted) {
        node.request(
                this,
                SignalRequest.newBuilder()
                        .setSubscription(UpdateSubscription.newBuilder()
                                .addTrackSids(trackSid)
                                .setSubscribe(wanted))
                        .build());
    }

    void mute(String trackSid, boolean muted) {
        node.request(
                this,
                SignalRequest.newBuilder()
                        .setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(muted))
                        .build());
    }

    void leave() {
        node.request(
                this,
                SignalRequest.newBuilder()
                        .setLeave(LeaveRequest.getDefaultInstance())
                        .build());
        media.close();
    }

    @Override
    public void send(SignalResponse response) {
        responses.add(response);
        switch (response.getMessageCase()) {
            case JOIN -> response.getJoin().getOtherParticipantsList().forEach(this::note);
            case UPDATE -> response.getUpdate().getParticipantsList().forEach(this::note);
            case TRACK_PUBLISHED ->
                trackSidByCid.put(
                        response.getTrackPublished().getCid(),
                        response.getTrackPublished().getTrack().getSid());
            case MEDIA_SECTIONS_REQUIREMENT -> {
                media.addReceiveSections(
                        response.getMediaSectionsRequirement().getNumAudios(),
                        response.getMediaSectionsRequirement().getNumVideos());
                node.offer(this, media.offer(), ++offerId);
            }
            default -> {
                // of no concern to a scripted client
            }
        }
    }

    private void note(ParticipantInfo info) {
        if (info.getSid().equals(sid.value())) {
            return;
        }
        if (info.getState() == ParticipantInfo.State.DISCONNECTED) {
            ParticipantInfo known = others.get(info.getIdentity());
            if (known != null && known.getSid().equals(info.getSid())) {
                others.remove(info.getIdentity());
            }
        } else {
            others.put(info.getIdentity(), info);
        }
    }

    @Override
    public void sendAnswer(SessionDescription answer, int id, Map<String, String> midToTrackSid) {
        if (id == offerId) {
            SessionDescription parsed = SessionDescription.parse(answer.format());
            node.simulation.after(1, () -> media.onAnswer(parsed));
        }
    }

    @Override
    public void sendOffer(SessionDescription offer, int id, Map<String, String> midToTrackSid) {
        throw new AssertionError("offered to a client with one peer connection");
    }

    @Override
    public void refuse(ApiError error) {
        refusal = error;
        isClosed = true;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    boolean sees(SimulatedParticipant other, long frames) {
        ScriptedClient.Received received =
                media.received(other.trackSidByCid.getOrDefault(other.identity + "-cam", ""));
        return received != null && received.frames >= frames;
    }

    boolean hears(SimulatedParticipant other, long packets) {
        ScriptedClient.Received received =
                media.received(other.trackSidByCid.getOrDefault(other.identity + "-mic", ""));
        return received != null && received.packets >= packets;
    }

    ScriptedClient.Received video(SimulatedParticipant other) {
        ScriptedClient.Received received =
                media.received(other.trackSidByCid.getOrDefault(other.identity + "-cam", ""));
        if (received == null) {
            throw new AssertionError(identity + " has no video of " + other.identity);
        }
        return received;
    }
}
