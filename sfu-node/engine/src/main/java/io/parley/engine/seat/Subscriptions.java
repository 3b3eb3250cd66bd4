// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.id.ParticipantSid;
import io.parley.api.room.Playout;
import io.parley.engine.message.ParticipantView;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.track.DownTrack;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.buf.IntMap;
import io.parley.rtc.peer.SenderClock;
import io.parley.rtc.sdp.Codec;
import io.parley.rtc.sdp.MediaDescription;
import io.parley.rtc.sdp.MediaKind;
import io.parley.rtc.stream.SendStream;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.SubscriptionError;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SubscriptionPermissionUpdate;
import livekit.LivekitRtc.SubscriptionResponse;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.jspecify.annotations.Nullable;

/**
 * What a participant receives. A subscription that is wanted gets a media section when the client's next offer has a
 * free one; the client is asked to offer (more) when needed. Packets flow once the section is answered and the track is
 * on this shard.
 */
final class Subscriptions {
    private final Seat seat;
    private final SeatHost host;
    private final SeatPeer peer;
    private final Consumer<SignalResponse> signal;
    private final Consumer<SeatToHome> home;
    private final boolean autoSubscribe;
    private final Map<String, Subscription> bySid = new LinkedHashMap<>();
    private final Map<String, Subscription> byMid = new HashMap<>();

    /** Whose tracks are known: of the others in a large room there is nothing to look for. */
    private final Set<ParticipantSid> publishers = new HashSet<>();

    private final IntMap<Subscription> bySsrc = new IntMap<>();
    private final SsrcSequence ssrcs;
    private final Expectations expectations = new Expectations();

    /** Settings that take effect soon, the next first. */
    private final Deque<Subscription> unsettled = new ArrayDeque<>();

    /** Whether the participant may have any tracks. */
    private boolean isPermitted = true;

    /** Whether an older client is not ready for any yet. */
    private boolean isHeldBack;

    Subscriptions(
            Seat seat,
            SeatHost host,
            SeatPeer peer,
            Consumer<SignalResponse> signal,
            Consumer<SeatToHome> home,
            boolean autoSubscribe) {
        this.seat = seat;
        this.host = host;
        this.peer = peer;
        this.signal = signal;
        this.home = home;
        this.autoSubscribe = autoSubscribe;
        this.ssrcs = new SsrcSequence(host.random().nextInt());
    }

    Collection<Subscription> all() {
        return bySid.values();
    }

    @Nullable
    Subscription byMid(String mid) {
        return byMid.get(mid);
    }

    /** mid_to_track_id of a description: the sections that we send in. */
    Map<String, String> midToTrackSid() {
        return byMid.values().stream().collect(Collectors.toMap(Subscription::mid, s -> s.track.getSid()));
    }

    void setHeldBack(boolean heldBack) {
        isHeldBack = heldBack;
    }

    /** Whether tracks of a participant come to the client. @param publisher its sid */
    boolean receivesFrom(String publisher) {
        return bySsrc.values().stream()
                .anyMatch(subscription -> subscription.isStarted()
                        && subscription.publisher.value().equals(publisher));
    }

    /** The participant's own permission. @return whether an offer is needed */
    boolean setPermitted(boolean permitted) {
        if (isPermitted == permitted) {
            return false;
        }
        isPermitted = permitted;
        if (permitted) {
            return lackSections();
        }
        boolean isOfferNeeded = !byMid.isEmpty();
        bySid.values().forEach(this::stop);
        return isOfferNeeded;
    }

    /**
     * Another participant joined, changed or left; the client was told.
     *
     * @param self whose subscriptions these are
     * @return whether an offer is needed
     */
    boolean onParticipant(long nowNs, ParticipantView view, ParticipantInfo self) {
        ParticipantInfo info = view.info();
        ParticipantSid publisher = new ParticipantSid(info.getSid());
        boolean isPublisher = info.getTracksCount() > 0;
        if (isPublisher) {
            publishers.add(publisher);
        } else if (!publishers.remove(publisher)) {
            return false;
        }
        Set<String> published = new HashSet<>();
        boolean isOfferNeeded = false;
        for (TrackInfo track : info.getTracksList()) {
            published.add(track.getSid());
            Subscription subscription = bySid.get(track.getSid());
            if (subscription == null) {
                subscription = new Subscription(publisher, view.seatShard(), track);
                bySid.put(track.getSid(), subscription);
                meet(nowNs, subscription);
                isOfferNeeded |= subscription.isWanted;
            } else {
                subscription.track = track;
                if (subscription.settleAtNs() == Deadline.NEVER) {
                    subscription.settle(nowNs); // the layers' sizes may be others
                }
                isOfferNeeded |= onCodecs(nowNs, subscription);
            }
            isOfferNeeded |= setAllowed(subscription, view.access().allows(self, track.getSid()));
        }
        for (Subscription subscription : List.copyOf(bySid.values())) {
            if (subscription.publisher.equals(publisher) && !published.contains(subscription.track.getSid())) {
                isOfferNeeded |= subscription.hasSection();
                stop(subscription);
                bySid.remove(subscription.track.getSid());
            }
        }
        return isOfferNeeded && isPermitted;
    }

    /** Does what the client asked for before the track was there. */
    private void meet(long nowNs, Subscription subscription) {
        Expectations.Expected expected = expectations.take(subscription.track.getSid());
        subscription.isWanted = autoSubscribe || (expected != null && expected.isSubscribed());
        UpdateTrackSettings settings = expected == null ? null : expected.settings();
        if (settings != null) {
            subscription.onSettings(nowNs, settings);
        }
    }

    /** The publisher sends the codec that the client gets, or no longer. @return whether an offer is needed */
    private boolean onCodecs(long nowNs, Subscription subscription) {
        if (subscription.awaitsCodec() && subscription.isCodecPublished()) {
            start(nowNs, subscription);
        } else if (subscription.isStarted() && !subscription.isCodecPublished()) {
            stop(subscription);
            return true;
        }
        return false;
    }

    /** @return whether it changed */
    private boolean setAllowed(Subscription subscription, boolean allowed) {
        if (subscription.isAllowed == allowed) {
            return false;
        }
        subscription.isAllowed = allowed;
        if (!allowed) {
            stop(subscription);
        }
        tellAccess(subscription);
        return true;
    }

    private void tellAccess(Subscription subscription) {
        subscription.isAccessTold = true;
        signal.accept(SignalResponse.newBuilder()
                .setSubscriptionPermissionUpdate(SubscriptionPermissionUpdate.newBuilder()
                        .setParticipantSid(subscription.publisher.value())
                        .setTrackSid(subscription.track.getSid())
                        .setAllowed(subscription.isAllowed))
                .build());
    }

    /** @return whether an offer is needed */
    boolean setWanted(long nowNs, String trackSid, boolean wanted) {
        Subscription subscription = bySid.get(trackSid);
        if (subscription == null) {
            if (wanted) {
                expectations.subscribe(nowNs, trackSid);
            } else {
                expectations.unsubscribe(trackSid);
            }
            return false;
        }
        if (subscription.isWanted == wanted) {
            return false;
        }
        subscription.isWanted = wanted;
        if (!wanted) {
            stop(subscription);
        }
        return true;
    }

    void disable(long nowNs, String trackSid) {
        Subscription subscription = bySid.get(trackSid);
        if (subscription != null) {
            subscription.disable(nowNs);
        } else {
            expectations.set(
                    nowNs,
                    trackSid,
                    UpdateTrackSettings.newBuilder()
                            .setQuality(VideoQuality.HIGH)
                            .setDisabled(true)
                            .build());
        }
    }

    /** @param settings without the tracks that they are for */
    void onSettings(long nowNs, String trackSid, UpdateTrackSettings settings) {
        Subscription subscription = bySid.get(trackSid);
        if (subscription == null) {
            expectations.set(nowNs, trackSid, settings);
        } else if (subscription.onSettings(nowNs, settings)) {
            unsettled.addLast(subscription);
        }
    }

    long nextDeadlineNs() {
        Subscription first = unsettled.peekFirst();
        long settleAtNs = first == null ? Deadline.NEVER : first.settleAtNs();
        return Deadline.earlier(settleAtNs, expectations.nextDeadlineNs());
    }

    void onDeadline(long nowNs) {
        for (Subscription first = unsettled.peekFirst();
                first != null && first.settleAtNs() - nowNs <= 0;
                first = unsettled.peekFirst()) {
            unsettled.removeFirst();
            first.onSettleDue(nowNs);
        }
        expectations.pollOverdue(nowNs).forEach(trackSid -> tellError(trackSid, SubscriptionError.SE_TRACK_NOTFOUND));
    }

    private void tellError(String trackSid, SubscriptionError error) {
        signal.accept(SignalResponse.newBuilder()
                .setSubscriptionResponse(
                        SubscriptionResponse.newBuilder().setTrackSid(trackSid).setErr(error))
                .build());
    }

    /** How many subscriptions of a kind have no section, and may have one. */
    int lacking(boolean video) {
        int lacking = 0;
        int having = 0;
        for (Subscription subscription : bySid.values()) {
            if (subscription.isVideo() == video) {
                lacking += needsSection(subscription) ? 1 : 0;
                having += subscription.hasSection() ? 1 : 0;
            }
        }
        return Math.clamp(host.limits().subscriptions(video) - having, 0, lacking);
    }

    private boolean needsSection(Subscription subscription) {
        return isPermitted && !isHeldBack && subscription.needsSection();
    }

    boolean lackSections() {
        return lacking(false) + lacking(true) > 0;
    }

    /** Those without a section that may have one, in the order in which they came. */
    List<Subscription> waiting() {
        int audios = lacking(false);
        int videos = lacking(true);
        List<Subscription> waiting = new ArrayList<>();
        for (Subscription subscription : bySid.values()) {
            if (needsSection(subscription) && (subscription.isVideo() ? videos-- : audios--) > 0) {
                waiting.add(subscription);
            }
        }
        return waiting;
    }

    /**
     * Gives a free section to a subscription that waits for one of its kind.
     *
     * @param section as it would be answered, with the codecs that the client may be sent
     * @return the subscription, or null if none waits that the section's codecs can carry
     */
    @Nullable
    Subscription assign(MediaDescription section) {
        boolean isVideo = section.kind == MediaKind.VIDEO;
        if (lacking(isVideo) == 0) {
            return null;
        }
        for (Subscription subscription : bySid.values()) {
            if (!needsSection(subscription) || subscription.isVideo() != isVideo) {
                continue;
            }
            Sections.Match match = Sections.match(subscription, section.codecs);
            if (match == null) {
                refuse(subscription);
                continue;
            }
            int rtxPayloadType = section.rtxPayloadType(match.codec().payloadType());
            place(subscription, section.mid, match, rtxPayloadType);
            return subscription;
        }
        return null;
    }

    /** The client can't decode the track. */
    void refuse(Subscription subscription) {
        stop(subscription);
        subscription.refuse();
        tellError(subscription.track.getSid(), SubscriptionError.SE_CODEC_UNSUPPORTED);
    }

    /** The track's packets will go in a section, with the payload types given. */
    void place(Subscription subscription, String mid, Sections.Match match, int rtxPayloadType) {
        if (!subscription.isAccessTold) {
            tellAccess(subscription); // LiveKit: with the first subscription
        }
        SendStream stream = stream(subscription, mid, ssrcs.take(), ssrcs.take(), match.codec(), rtxPayloadType);
        subscription.place(mid, match.ofTrack(), stream);
        byMid.put(mid, subscription);
        bySsrc.put(stream.ssrc(), subscription);
    }

    /** The client can't take the codec that the section was for, but another of the track. */
    void choose(Subscription subscription, Sections.Match match, int rtxPayloadType) {
        SendStream before = subscription.stream();
        if (before != null) {
            subscription.choose(
                    match.ofTrack(),
                    stream(subscription, before.mid(), before.ssrc(), before.rtxSsrc(), match.codec(), rtxPayloadType));
        }
    }

    private SendStream stream(
            Subscription subscription, String mid, int ssrc, int rtxSsrc, Codec codec, int rtxPayloadType) {
        SendStream stream = new SendStream(
                ssrc,
                rtxSsrc,
                mid,
                subscription.publisher.value(),
                codec.payloadType(),
                rtxPayloadType,
                codec.clockRate(),
                1 + host.random().nextInt(32767));
        Playout playout = seat.playout();
        if (subscription.isVideo() && playout.isDelayed()) {
            stream.delayPlayout(playout.minDelayMs(), playout.mostDelayMs());
        }
        if (!stream.hasRtx() && !subscription.isVideo() && codec.hasFeedback("nack")) {
            stream.keepPackets();
        }
        return stream;
    }

    /** The answer that names the section was given: packets may flow. */
    void start(long nowNs, Subscription subscription) {
        SendStream stream = subscription.stream();
        if (stream == null || subscription.isStarted()) {
            return;
        }
        if (!subscription.isCodecPublished()) {
            if (!subscription.awaitsCodec()) {
                subscription.awaitCodec();
                home.accept(new SeatToHome.CodecWanted(subscription.track.getSid(), subscription.codec()));
            }
            return;
        }
        peer.transport().addSendStream(nowNs, stream);
        TrackRegistry.Watcher watcher = new TrackRegistry.Watcher() {
            @Override
            public void onTrack(long atNs, UpTrack track) {
                attach(atNs, subscription, stream, track);
            }

            @Override
            public void onBug(Throwable bug) {
                peer.onBug(bug);
            }
        };
        subscription.start(watcher);
        host.onSubscriptionStarted();
        host.tracks().acquire(nowNs, subscription.mediaKey(), subscription.publisherShard, watcher);
        home.accept(new SeatToHome.SubscribedTo(List.of(subscription.track.getSid())));
    }

    private void attach(long nowNs, Subscription subscription, SendStream stream, UpTrack track) {
        RandomGenerator random = host.random();
        DownTrack down = new DownTrack(
                track, peer.transport().writer(), stream, 1 + random.nextInt(32767), random.nextInt(), peer::onBug);
        subscription.forward(nowNs, down);
        down.attach(nowNs);
    }

    /** Stops packets and frees the section for another track. */
    private void stop(Subscription subscription) {
        if (!subscription.hasSection()) {
            return;
        }
        DownTrack down = subscription.down();
        if (down != null) {
            down.detach();
        }
        TrackRegistry.Watcher watcher = subscription.watcher();
        if (watcher != null) {
            host.onSubscriptionEnded();
            host.tracks().release(subscription.mediaKey(), watcher);
        }
        SendStream stream = subscription.stream();
        if (stream != null) {
            peer.transport().removeSendStream(stream);
            bySsrc.remove(stream.ssrc());
        }
        byMid.remove(subscription.mid());
        subscription.leaveSection();
    }

    void onConnected(long nowNs) {
        for (Subscription subscription : bySid.values()) {
            DownTrack down = subscription.down();
            if (down != null) {
                down.onKeyFrameRequest(nowNs);
            }
        }
    }

    void onNack(long nowNs, SendStream stream, int packetId, int bitmask) {
        DownTrack down = downOf(stream);
        if (down != null) {
            down.onNack(nowNs, packetId, bitmask);
        }
    }

    void onKeyFrameRequest(long nowNs, SendStream stream) {
        DownTrack down = downOf(stream);
        if (down != null) {
            down.onKeyFrameRequest(nowNs);
        }
    }

    boolean onReportDue(long nowNs, SendStream stream, SenderClock clock) {
        DownTrack down = downOf(stream);
        return down != null && down.onReportDue(nowNs, clock);
    }

    private @Nullable DownTrack downOf(SendStream stream) {
        Subscription subscription = bySsrc.get(stream.ssrc());
        return subscription == null ? null : subscription.down();
    }

    /** Ends all, and forgets of whose tracks. @return whether an offer is needed */
    boolean clear() {
        boolean isOfferNeeded = !byMid.isEmpty();
        List.copyOf(bySid.values()).forEach(this::stop);
        bySid.clear();
        unsettled.clear();
        publishers.clear();
        return isOfferNeeded;
    }
}
