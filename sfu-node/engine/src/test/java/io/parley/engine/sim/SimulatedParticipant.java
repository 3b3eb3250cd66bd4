// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import com.google.protobuf.ByteString;
import io.parley.api.error.ApiError;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.engine.data.DataPackets;
import io.parley.engine.seat.Offer;
import io.parley.engine.seat.SignalSink;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.testkit.PictureReceiver;
import io.parley.testkit.ScriptedClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.UserPacket;
import livekit.LivekitModels.VideoLayer;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.AddTrackRequest;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.UpdateSubscription;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.jspecify.annotations.Nullable;

/** A scripted client with its signalling: follows the server as livekit-client does, with one peer connection or two. */
final class SimulatedParticipant {
    private final SimulatedNode node;
    final String identity;
    /** Where it publishes. */
    final ScriptedClient media;

    /** Where it subscribes; with one peer connection the same. */
    final ScriptedClient downlink;

    final Map<String, ParticipantInfo> others = new HashMap<>();
    final List<SignalResponse> responses = new ArrayList<>();

    /** For tokens, each time that they changed. */
    final List<ParticipantInfo> claims = new ArrayList<>();

    /** Answers and offers that came, in order. */
    final List<SessionDescription> descriptions = new ArrayList<>();

    final Map<String, String> trackSidByCid = new HashMap<>();
    ParticipantSid sid = new ParticipantSid("");

    /** The sid in its token, of which it had a fresh one. */
    String returning = "";

    /** The sid with which it joined. */
    ParticipantSid seat = sid;

    int seatShard;

    /** For which its token is, as far as it was told. */
    @Nullable
    RoomName tokenRoom;

    boolean isClosed;

    /** What came of the last attempt to resume. */
    boolean resumed;

    @Nullable
    ApiError refusal;

    /** What it makes of its media's offers. */
    UnaryOperator<SessionDescription> amends = UnaryOperator.identity();

    /** The next response of this kind throws in its seat. */
    SignalResponse.@Nullable MessageCase failsOn;

    private List<AddTrackRequest> tracks = List.of();
    private int sequence;
    private int offerId;
    private Stream stream = new Stream();

    SimulatedParticipant(SimulatedNode node, String identity, ScriptedClient media, ScriptedClient downlink) {
        this.node = node;
        this.identity = identity;
        this.media = media;
        this.downlink = downlink;
        if (isSingle() && node.protocol > 17) {
            media.openAgreedDataChannels();
        } else {
            media.openDataChannels();
        }
        if (isSingle()) {
            media.addReceiveSections(1, 1);
        }
    }

    private boolean isSingle() {
        return media == downlink;
    }

    /** Joins with audio and video: published in the join request itself, or after it on a connection of its own. */
    SimulatedParticipant joinPublishing(String room) {
        media.publish(identity + "-mic", MediaKind.AUDIO);
        media.publish(identity + "-cam", MediaKind.VIDEO);
        return joinWithTracks(room);
    }

    /** The same with three layers of video. */
    SimulatedParticipant joinWithSimulcast(String room) {
        media.publish(identity + "-mic", MediaKind.AUDIO);
        media.publishSimulcast(identity + "-cam");
        return joinWithTracks(room);
    }

    @SuppressWarnings("deprecation") // the layers of the first codec
    private SimulatedParticipant joinWithTracks(String room) {
        media.startMedia();
        tracks = List.of(
                addTrack(identity + "-mic", TrackType.AUDIO, TrackSource.MICROPHONE),
                addTrack(identity + "-cam", TrackType.VIDEO, TrackSource.CAMERA).toBuilder()
                        .setWidth(1280)
                        .setHeight(720)
                        .addLayers(layer(VideoQuality.LOW, 320, 180))
                        .addLayers(layer(VideoQuality.MEDIUM, 640, 360))
                        .addLayers(layer(VideoQuality.HIGH, 1280, 720))
                        .build());
        return join(room);
    }

    /** Joins with a track that its media has already, or has not. */
    SimulatedParticipant joinNaming(String room, AddTrackRequest track) {
        tracks = List.of(track);
        return join(room);
    }

    private static VideoLayer layer(VideoQuality quality, int width, int height) {
        return VideoLayer.newBuilder()
                .setQuality(quality)
                .setWidth(width)
                .setHeight(height)
                .build();
    }

    /** The video that it publishes. */
    ScriptedClient.Sent camera() {
        return media.sent().getLast();
    }

    SimulatedParticipant joinWatching(String room) {
        return join(room);
    }

    private SimulatedParticipant join(String room) {
        sid = isSingle()
                ? node.join(room, this, tracks, new Offer(amends.apply(media.offer()), ++offerId))
                : node.join(room, this, List.of(), null);
        return this;
    }

    private void publishSeparately() {
        tracks.forEach(track ->
                node.request(this, SignalRequest.newBuilder().setAddTrack(track).build()));
        negotiate();
    }

    /** Offers what its media has now. */
    void negotiate() {
        node.offer(this, amends.apply(media.offer()), ++offerId);
    }

    static AddTrackRequest addTrack(String cid, TrackType type, TrackSource source) {
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

    /** "" until it is published. */
    String cameraSid() {
        return trackSidByCid.getOrDefault(identity + "-cam", "");
    }

    boolean knows(String trackSid) {
        return others.values().stream()
                .anyMatch(info -> info.getTracksList().stream()
                        .anyMatch(track -> track.getSid().equals(trackSid)));
    }

    void request(UpdateTrackSettings.Builder settings) {
        node.request(this, SignalRequest.newBuilder().setTrackSetting(settings).build());
    }

    void mute(String trackSid, boolean muted) {
        node.request(
                this,
                SignalRequest.newBuilder()
                        .setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(muted))
                        .build());
    }

    /** The signal stream of now. */
    SignalSink stream() {
        return stream;
    }

    /** Loses its signal socket, and says nothing until {@link #resume}. */
    void loseSignal() {
        node.closeSignal(this);
        loseSignalUnnoticed();
    }

    /** The same, of which the server hears nothing. */
    void loseSignalUnnoticed() {
        stream = new Stream();
    }

    void resume(String room) {
        responses.clear();
        node.resume(room, this);
    }

    /** Its socket moves to another network: the server hears of the new stream before it misses the old one. */
    void resumeBeforeLoss(String room) {
        SignalSink old = stream;
        stream = new Stream();
        resume(room);
        node.simulation.after(500, () -> node.closeSignal(this, old));
    }

    void leave() {
        node.request(
                this,
                SignalRequest.newBuilder()
                        .setLeave(LeaveRequest.getDefaultInstance())
                        .build());
        media.close();
        downlink.close();
    }

    /** A reliable packet as the SDKs number them. */
    DataPacket.Builder packet(String text, List<String> destinations) {
        return DataPacket.newBuilder()
                .setSequence(++sequence)
                .addAllDestinationIdentities(destinations)
                .setUser(UserPacket.newBuilder().setPayload(ByteString.copyFromUtf8(text)));
    }

    boolean send(DataPacket packet) {
        return media.sendData("_reliable", packet.toByteArray());
    }

    /** @return false if there is no channel yet */
    boolean say(String text, List<String> destinations) {
        return send(packet(text, destinations).build());
    }

    int heardCount() {
        return downlink.data.getOrDefault("_reliable", List.of()).size();
    }

    /** Reliable packets that came, each as "sender: text". */
    List<String> heard() {
        return downlink.data.getOrDefault("_reliable", List.of()).stream()
                .map(bytes -> {
                    DataPacket packet = Objects.requireNonNull(DataPackets.parse(bytes));
                    return packet.getParticipantIdentity() + ": "
                            + packet.getUser().getPayload().toStringUtf8();
                })
                .toList();
    }

    /** Gone without a word, its socket too. */
    void vanish() {
        media.vanish();
        downlink.vanish();
        node.closeSignal(this);
    }

    private void onResponse(SignalResponse response) {
        responses.add(response);
        switch (response.getMessageCase()) {
            case JOIN -> {
                response.getJoin().getOtherParticipantsList().forEach(this::note);
                if (!isSingle()) {
                    publishSeparately();
                }
            }
            case RECONNECT -> {
                media.restartIce();
                negotiate();
            }
            case ROOM_MOVED -> onMoved(response.getRoomMoved());
            case UPDATE -> response.getUpdate().getParticipantsList().forEach(this::note);
            case TRACK_PUBLISHED ->
                trackSidByCid.put(
                        response.getTrackPublished().getCid(),
                        response.getTrackPublished().getTrack().getSid());
            case MEDIA_SECTIONS_REQUIREMENT -> {
                media.addReceiveSections(
                        response.getMediaSectionsRequirement().getNumAudios(),
                        response.getMediaSectionsRequirement().getNumVideos());
                negotiate();
            }
            default -> {
                // of no concern to a scripted client
            }
        }
    }

    /** As livekit-client does it. */
    private void onMoved(RoomMovedResponse moved) {
        tokenRoom = new RoomName(moved.getRoom().getName());
        sid = new ParticipantSid(moved.getParticipant().getSid());
        others.clear();
        moved.getOtherParticipantsList().forEach(this::note);
    }

    private void note(ParticipantInfo info) {
        if (info.getSid().equals(sid.value())) {
            return;
        }
        if (info.getState() == ParticipantInfo.State.DISCONNECTED) {
            others.remove(info.getIdentity()); // livekit-client: whatever the sid
        } else {
            others.put(info.getIdentity(), info);
        }
    }

    /** One signal stream; what comes by one that was lost is not heard. */
    private final class Stream implements SignalSink {
        private boolean isLost() {
            return this != stream;
        }

        @Override
        public void send(SignalResponse response) {
            if (response.getMessageCase() == failsOn) {
                failsOn = null;
                throw new IllegalStateException("a bug");
            }
            observe(response.toByteArray());
            if (!isLost()) {
                onResponse(response);
            }
        }

        @Override
        public void sendAnswer(SessionDescription answer, int id, Map<String, String> midToTrackSid) {
            observe(answer.format().getBytes(StandardCharsets.UTF_8));
            descriptions.add(answer);
            if (id == offerId && !isLost()) {
                SessionDescription parsed = SessionDescription.parse(answer.format());
                node.simulation.after(1, () -> media.onAnswer(parsed));
            }
        }

        @Override
        public void sendOffer(SessionDescription offer, int id, Map<String, String> midToTrackSid) {
            observe(offer.format().getBytes(StandardCharsets.UTF_8));
            descriptions.add(offer);
            if (isLost()) {
                return;
            }
            if (isSingle()) {
                throw new AssertionError("offered to a client with one peer connection");
            }
            SessionDescription parsed = SessionDescription.parse(offer.format());
            node.simulation.after(1, () -> node.answer(SimulatedParticipant.this, downlink.answer(parsed), id));
        }

        private void observe(byte[] bytes) {
            node.simulation.observe(bytes, 0, bytes.length);
        }

        @Override
        public void sendClaims(RoomName room, ParticipantInfo participant) {
            observe(participant.toByteArray());
            claims.add(participant);
            tokenRoom = room;
        }

        @Override
        public void sendRoomMoved(RoomMovedResponse moved) {
            observe(moved.toByteArray());
            if (!isLost()) {
                onResponse(SignalResponse.newBuilder().setRoomMoved(moved).build());
            }
        }

        @Override
        public void refuse(ApiError error) {
            refusal = error;
            isClosed = true;
        }

        @Override
        public void close() {
            isClosed |= !isLost();
        }
    }

    boolean sees(SimulatedParticipant other, long frames) {
        ScriptedClient.Received received =
                downlink.received(other.trackSidByCid.getOrDefault(other.identity + "-cam", ""));
        return received != null && received.frames() >= frames;
    }

    boolean hears(SimulatedParticipant other, long packets) {
        ScriptedClient.Received received =
                downlink.received(other.trackSidByCid.getOrDefault(other.identity + "-mic", ""));
        return received != null && received.packets >= packets;
    }

    ScriptedClient.Received video(SimulatedParticipant other) {
        ScriptedClient.Received received =
                downlink.received(other.trackSidByCid.getOrDefault(other.identity + "-cam", ""));
        if (received == null) {
            throw new AssertionError(identity + " has no video of " + other.identity);
        }
        return received;
    }

    /** What a decoder makes of that. */
    PictureReceiver pictures(SimulatedParticipant other) {
        return Objects.requireNonNull(video(other).pictures);
    }

    /** The layer of another's video that is seen now, or -1. */
    int layerSeen(SimulatedParticipant other) {
        ScriptedClient.Received received =
                downlink.received(other.trackSidByCid.getOrDefault(other.identity + "-cam", ""));
        PictureReceiver pictures = received == null ? null : received.pictures;
        return pictures == null ? -1 : pictures.shownLayer(node.simulation.nowNs());
    }
}
