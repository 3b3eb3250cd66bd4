// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import io.parley.api.error.ApiError;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.api.room.Playout;
import io.parley.api.signal.ClientPlatform;
import io.parley.api.signal.Leaves;
import io.parley.api.signal.SignalDialect;
import io.parley.api.token.ParticipantLimits;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.ParticipantBatches;
import io.parley.engine.message.ParticipantView;
import io.parley.engine.message.Passage;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.rtc.sdp.SdpException;
import io.parley.rtc.sdp.SessionDescription;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.SpeakerInfo;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.RoomMovedResponse;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SignalTarget;
import livekit.LivekitRtc.SimulateScenario;
import livekit.LivekitRtc.SpeakersChanged;
import livekit.LivekitRtc.TrackSubscribed;
import livekit.LivekitRtc.TrackUnpublishedResponse;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a participant: its peers, their descriptions, what it publishes and receives, and the signal stream.
 * Room matters go to the {@code home}, which may be on another shard. Owned by the seat's shard.
 */
public final class Seat {
    private enum State {
        /** Waiting for the home's word. */
        JOINING,
        /** The join response is out. */
        JOINED,
        /** Media flowed at least once. */
        ACTIVE,
        CLOSED
    }

    /** LiveKit: who does not get as far as media in this time never will. */
    private static final long JOIN_TIMEOUT_NS = 60_000_000_000L;

    /** LiveKit: for so long a client whose media is lost may come back. */
    private static final long RESUME_TIMEOUT_NS = 5_000_000_000L;

    private final SeatJoin join;
    private final SignalDialect dialect;
    private final SeatRef ref;
    private final SeatHost host;
    /** Where the client publishes; with a single peer connection also where it subscribes. */
    private final SeatPeer publisher;

    private final SeatPeer subscriber;
    private final Publications publications;
    private final Subscriptions subscriptions;
    private final SeatData data;
    private final Answerer answerer;

    /** Null with a single peer connection. */
    private final @Nullable Offerer offerer;

    private final Negotiator negotiator;
    private final ClientRequests requests;
    private final DeadlineQueue.Entry<Seat> deadline = new DeadlineQueue.Entry<>(this);

    private final long openedAtNs;

    /** Until ACTIVE: steps on the way there have times of their own, which a client may begin again and again. */
    private long joinByNs;

    /** Since its media was lost: until then it may come back. */
    private long resumeByNs = Deadline.NEVER;

    private State state = State.JOINING;

    /** Of the room that the participant is in, or on its way to. */
    private HomeRef home;

    private ParticipantInfo info;

    /** None before the room is known. */
    private ClientCodecs codecs;

    private Playout playout = Playout.NONE;

    private SignalSink sink;
    private boolean isSignalOpen = true;

    /** What follows the reconnect response, which has to be the first that a client gets when it resumes; else null. */
    private @Nullable List<Runnable> heldBack;

    /** Whether a client that resumes has not heard that it was moved. */
    private boolean hasMissedMove;

    /** Whether the client has sections with tracks of a room that it was moved from. */
    private boolean isOfferOwed;

    private final HeldNews news = new HeldNews();
    private final Departures departures = new Departures();
    private final ResumeFault resumeFault = new ResumeFault();

    public Seat(long nowNs, SeatJoin join, SeatHost host, SignalSink sink) {
        this.openedAtNs = nowNs;
        this.joinByNs = nowNs + JOIN_TIMEOUT_NS;
        this.join = join;
        this.dialect = join.dialect();
        this.host = host;
        this.sink = sink;
        this.home = join.home();
        this.info = join.info();
        this.codecs = new ClientCodecs(join.client(), List.of());
        this.ref = new SeatRef(host.shard(), new ParticipantSid(info.getSid()));
        this.publisher = new SeatPeer(this, host, SignalTarget.PUBLISHER, false);
        this.publications = new Publications(
                host.tracks(),
                publisher,
                host.random(),
                this::tellHome,
                (atNs, request) -> requests().onAddTrack(atNs, request));
        boolean isSingle = join.singlePeerConnection();
        this.subscriber = isSingle ? publisher : new SeatPeer(this, host, SignalTarget.SUBSCRIBER, true);
        this.subscriptions =
                new Subscriptions(this, host, subscriber, this::signal, this::tellHome, join.autoSubscribe());
        this.data = new SeatData(this, primary());
        this.answerer = new Answerer(this, host, publisher, publications, isSingle ? subscriptions : null);
        this.offerer = isSingle ? null : new Offerer(this, host, subscriber, subscriptions, join.isSubscriberPrimary());
        this.negotiator = offerer == null ? answerer : offerer;
        subscriptions.setHeldBack(offerer != null && !dialect.knowsFastStart());
        this.requests = new ClientRequests(this, publications, subscriptions, negotiator);
    }

    /** The connection without which the participant is not there. */
    private SeatPeer primary() {
        return join.isSubscriberPrimary() ? subscriber : publisher;
    }

    public ParticipantSid sid() {
        return ref.sid();
    }

    public SeatJoin join() {
        return join;
    }

    /** Of the room that the participant is in. */
    public HomeRef home() {
        return home;
    }

    public ClientRequests requests() {
        return requests;
    }

    ParticipantLimits limits() {
        return host.limits().participant();
    }

    ParticipantInfo info() {
        return info;
    }

    /** What the client may publish and be sent. */
    ClientCodecs codecs() {
        return codecs;
    }

    /** Of what the client receives. */
    Playout playout() {
        return playout;
    }

    /** Whether tracks of one stream get one media stream. Firefox learns from the stream's id which track it has. */
    boolean syncsStreams() {
        return playout.syncStreams() && !ClientPlatform.isFirefox(join.client());
    }

    /** Of a subscribed track; LiveKit's names participant and track, to clients that know that. */
    String streamId(Subscription subscription) {
        String publisher = subscription.publisher.value();
        if (!join.dialect().knowsPackedStreamIds()) {
            return publisher;
        }
        return publisher + "|" + (syncsStreams() ? subscription.track.getStream() : subscription.track.getSid());
    }

    TrackDescriber trackDescriber() {
        return new TrackDescriber(codecs, ClientPlatform.isObs(join.client()));
    }

    Publications publications() {
        return publications;
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    SeatData data() {
        return data;
    }

    public DeadlineQueue.Entry<Seat> deadline() {
        return deadline;
    }

    /** Asks the home for admission. */
    public void start(long nowNs) {
        if (primary() == publisher) {
            publisher.open(nowNs); // whose time to connect begins
            if (join.knowsDataChannels()) {
                data.openAgreed(nowNs);
            }
        }
        tellHome(new SeatToHome.Join(
                info, join.returning(), join.roomEpoch(), join.creation(), join.inherited(), dialect.knowsRoomMoved()));
    }

    /**
     * The client comes back with a new signal stream; what it missed follows as soon as the home has told it.
     *
     * @param room that it thinks it is in
     */
    public void resume(RoomName room, SignalSink stream) {
        onSignalClosed(sink);
        if (state == State.CLOSED) {
            dialect.say(Leaves.rejoin(), stream::send);
            stream.close();
            return;
        }
        sink = stream;
        isSignalOpen = true;
        resumeByNs = Deadline.NEVER;
        hasMissedMove = !room.equals(home.room());
        heldBack = new ArrayList<>();
        tellHome(new SeatToHome.Resume());
    }

    // ---- from the home ----

    public void onHomeMessage(long nowNs, HomeToSeat message) {
        if (state == State.CLOSED) {
            return;
        }
        switch (message) {
            case HomeToSeat.Admitted admitted -> {
                if (state == State.JOINING) {
                    onAdmitted(nowNs, admitted);
                } else {
                    onArrived(nowNs, admitted);
                }
            }
            case HomeToSeat.Move(Passage passage) -> onMove(nowNs, passage);
            case HomeToSeat.Rejoin(RoomName room) -> onRejoin(room);
            case HomeToSeat.Resumed resumed -> onResumed(nowNs, resumed);
            case HomeToSeat.ParticipantsChanged changed -> onParticipantsChanged(nowNs, changed);
            case HomeToSeat.Refused(ApiError why) -> {
                sink.refuse(why);
                isSignalOpen = false;
                finish();
            }
            case HomeToSeat.SpeakersChanged(List<SpeakerInfo> speakers) -> tellSpeakers(speakers);
            case HomeToSeat.RoomChanged(Room room) -> signal(Welcome.room(room));
            case HomeToSeat.AccessChanged(ParticipantView publisher) -> {
                if (news.isHolding()) {
                    news.add(publisher);
                } else if (subscriptions.onParticipant(nowNs, publisher, info)) {
                    negotiator.negotiate(nowNs);
                }
            }
            case HomeToSeat.Mute(String trackSid, boolean isMuted) -> {
                publications.setMuted(trackSid, isMuted);
                signal(SignalResponse.newBuilder()
                        .setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(isMuted))
                        .build());
            }
            case HomeToSeat.Subscribe request -> requests.subscribe(nowNs, request);
            case HomeToSeat.TrackSubscribed(String trackSid) ->
                signal(SignalResponse.newBuilder()
                        .setTrackSubscribed(TrackSubscribed.newBuilder().setTrackSid(trackSid))
                        .build());
            case HomeToSeat.CodecWanted(String trackSid, int codec) -> requests.onCodecWanted(trackSid, codec);
            case HomeToSeat.MetadataAnswered(int requestId, RequestResponse.Reason reason) ->
                requests.onMetadataAnswered(requestId, reason);
            case HomeToSeat.Data packet -> data.send(nowNs, packet);
            case HomeToSeat.DataPaused(boolean isPaused) -> data.setPaused(nowNs, isPaused);
            case HomeToSeat.SlowDown slowDown -> data.slowDown(nowNs);
            case HomeToSeat.Close(DisconnectReason reason, LeaveRequest.Action action) -> close(reason, action);
        }
    }

    /** LiveKit: of those whom the client receives, and of itself. */
    private void tellSpeakers(List<SpeakerInfo> speakers) {
        SpeakersChanged.Builder heard = SpeakersChanged.newBuilder();
        for (SpeakerInfo speaker : speakers) {
            if (speaker.getSid().equals(info.getSid()) || subscriptions.receivesFrom(speaker.getSid())) {
                heard.addSpeakers(speaker);
            }
        }
        if (heard.getSpeakersCount() > 0) {
            signal(SignalResponse.newBuilder().setSpeakersChanged(heard).build());
        }
    }

    private void onAdmitted(long nowNs, HomeToSeat.Admitted admitted) {
        state = State.JOINED;
        info = admitted.self();
        codecs = new ClientCodecs(join.client(), admitted.room().getEnabledCodecsList());
        playout = admitted.playout();
        sayClaims(); // before the join response, behind which the client gets its token
        signal(Welcome.toTheRoom(host.serverInfo(), join, admitted, codecs));
        if (admitted.isGathering() && dialect.losesNewsAtRejoin()) {
            news.start(nowNs);
            subscriptions.setHeldBack(true);
        }
        subscriptions.setPermitted(info.getPermission().getCanSubscribe());
        admitted.others().forEach(view -> subscriptions.onParticipant(nowNs, view, info));
        join.addTracks().forEach(track -> requests.onAddTrack(nowNs, track));
        Offer offer = join.offer();
        if (offer != null) {
            onOffer(nowNs, offer);
        }
        if (state == State.CLOSED) {
            return; // the offer was no good
        }
        if (join.isSubscriberPrimary()) {
            data.open(nowNs);
            negotiator.negotiate(nowNs);
        } else {
            negotiateIfNeeded(nowNs);
        }
    }

    /** Its connection stays, and so does what it publishes; the client hears of it once it is there. */
    private void onMove(long nowNs, Passage passage) {
        home = passage.to();
        info = passage.info();
        isOfferOwed |= subscriptions.clear();
        departures.clear();
        news.clear();
        tellHome(new SeatToHome.Arrive(passage, requests.access()));
        if (state == State.ACTIVE) {
            tellHome(new SeatToHome.Connected());
        }
        publications.announce();
        requests.onMoved();
        data.onMoved(nowNs);
        if (heldBack != null) {
            tellHome(new SeatToHome.Resume()); // the one before was for a home that does not know it any more
        }
    }

    private void onArrived(long nowNs, HomeToSeat.Admitted admitted) {
        info = admitted.self();
        codecs = new ClientCodecs(join.client(), admitted.room().getEnabledCodecsList());
        playout = admitted.playout();
        sayMoved(admitted.room(), admitted.others());
        subscriptions.setPermitted(info.getPermission().getCanSubscribe());
        admitted.others().forEach(view -> subscriptions.onParticipant(nowNs, view, info));
        if (isOfferOwed || subscriptions.lackSections()) {
            isOfferOwed = false;
            negotiator.negotiate(nowNs);
        }
    }

    private void sayMoved(Room room, List<ParticipantView> others) {
        RoomMovedResponse moved = Welcome.moved(room, info, others);
        say(() -> sink.sendRoomMoved(moved));
    }

    /** The client joins the other room by itself, with the token that it gets now. */
    private void onRejoin(RoomName room) {
        heldBack = null;
        requests.refuseUnanswered();
        ParticipantInfo claims = claims(info);
        say(() -> sink.sendClaims(room, claims));
        close(DisconnectReason.MIGRATION, LeaveRequest.Action.RECONNECT);
    }

    private void onResumed(long nowNs, HomeToSeat.Resumed resumed) {
        info = resumed.self();
        if (resumeFault.takesAll(nowNs)) {
            onSignalClosed(sink);
            return;
        }
        List<Runnable> later = heldBack == null ? List.of() : heldBack;
        heldBack = null;
        signal(Welcome.back(host.serverInfo(), resumed, codecs));
        List<ParticipantInfo> departed =
                dialect.knowsIdentities() ? departures.withoutThoseBack(resumed.others()) : departures.inDoubt();
        Welcome.departed(departed).forEach(missed -> dialect.sayDepartures(missed, this::say));
        if (hasMissedMove) {
            sayMoved(resumed.room(), resumed.others());
            hasMissedMove = false;
        } else {
            Welcome.everybody(resumed).forEach(this::signal);
            signal(Welcome.room(resumed.room()));
            sayClaims(); // whatever token it came with
        }
        requests.repeatCodecsWanted();
        later.forEach(Runnable::run);
        if (resumeFault.endsAfterwards(nowNs)) {
            onSignalClosed(sink);
            return;
        }
        if (offerer != null) {
            offerer.restart(nowNs);
        } else {
            negotiateIfNeeded(nowNs);
        }
    }

    private void onParticipantsChanged(long nowNs, HomeToSeat.ParticipantsChanged changed) {
        if (!news.isHolding()) {
            takeParticipants(nowNs, changed);
            return;
        }
        for (ParticipantView view : changed.participants()) {
            if (view.info().getSid().equals(info.getSid())) {
                takeParticipants(nowNs, HomeToSeat.ParticipantsChanged.of(List.of(view)));
            } else {
                news.add(view);
            }
        }
    }

    private void takeParticipants(long nowNs, HomeToSeat.ParticipantsChanged changed) {
        if (heldBack == null) { // else the client is about to hear how things stand
            signal(changed.update());
        }
        onParticipants(nowNs, changed.participants());
    }

    private void tellHeldNews(long nowNs) {
        subscriptions.setHeldBack(false);
        for (List<ParticipantView> batch : ParticipantBatches.of(news.release(), ParticipantView::info)) {
            takeParticipants(nowNs, HomeToSeat.ParticipantsChanged.of(batch));
        }
        negotiateIfNeeded(nowNs);
    }

    private void onParticipants(long nowNs, List<ParticipantView> participants) {
        boolean isChanged = false;
        for (ParticipantView view : participants) {
            if (view.info().getState() == ParticipantInfo.State.DISCONNECTED) {
                departures.add(nowNs, view.info());
            }
            if (view.info().getSid().equals(info.getSid())) {
                isChanged |= onSelf(nowNs, view.info());
            } else {
                isChanged |= subscriptions.onParticipant(nowNs, view, info);
            }
        }
        if (isChanged) {
            negotiator.negotiate(nowNs);
        }
    }

    /** @return whether an offer is needed */
    private boolean onSelf(long nowNs, ParticipantInfo changed) {
        ParticipantInfo before = info;
        info = changed;
        if (!claims(before).equals(claims(info))) {
            sayClaims();
        }
        publications.onPermission(nowNs, info.getPermission());
        return subscriptions.setPermitted(info.getPermission().getCanSubscribe());
    }

    private void sayClaims() {
        RoomName room = home.room();
        ParticipantInfo claims = claims(info);
        say(() -> sink.sendClaims(room, claims));
    }

    /** What a token says of a participant. */
    private static ParticipantInfo claims(ParticipantInfo info) {
        return ParticipantInfo.newBuilder()
                .setSid(info.getSid())
                .setIdentity(info.getIdentity())
                .setName(info.getName())
                .setMetadata(info.getMetadata())
                .putAllAttributes(info.getAttributesMap())
                .setPermission(info.getPermission())
                .build();
    }

    // ---- from the client ----

    /** It said something, be it only a ping. */
    public void onSignal(long nowNs) {
        departures.onSignal(nowNs);
    }

    public void onOffer(long nowNs, Offer offer) {
        try {
            SessionDescription answer = answerer.answer(nowNs, offer.sdp());
            Map<String, String> tracks = midToTrackSid();
            say(() -> sink.sendAnswer(answer, offer.id(), tracks));
            negotiateIfNeeded(nowNs);
        } catch (SdpException e) {
            close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
        }
    }

    /** The client's answer to our offer. */
    public void onAnswer(long nowNs, Answer answer) {
        if (offerer == null) {
            return; // we never offered
        }
        try {
            offerer.onAnswer(nowNs, answer);
        } catch (SdpException e) {
            close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
        }
    }

    /** A description that could not even be parsed. */
    public void onBadDescription() {
        close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
    }

    public void onLeave(DisconnectReason reason) {
        if (state != State.CLOSED) {
            tellHome(new SeatToHome.Left(
                    reason == DisconnectReason.UNKNOWN_REASON ? DisconnectReason.CLIENT_INITIATED : reason));
            finish();
        }
    }

    /** What a client wants to see happen to itself. */
    public void onSimulate(long nowNs, SimulateScenario scenario) {
        switch (scenario.getScenarioCase()) {
            case NODE_FAILURE, MIGRATION -> vanish();
            case SERVER_LEAVE -> close(DisconnectReason.CLIENT_INITIATED, LeaveRequest.Action.DISCONNECT);
            case LEAVE_REQUEST_FULL_RECONNECT ->
                close(DisconnectReason.CLIENT_INITIATED, LeaveRequest.Action.RECONNECT);
            case DISCONNECT_SIGNAL_ON_RESUME -> resumeFault.afterMessages(nowNs);
            case DISCONNECT_SIGNAL_ON_RESUME_NO_MESSAGES -> resumeFault.withoutMessages(nowNs);
            case SPEAKER_UPDATE -> tellHome(new SeatToHome.SpeakerSimulated(scenario.getSpeakerUpdate()));
            case SWITCH_CANDIDATE_PROTOCOL, SUBSCRIBER_BANDWIDTH, SCENARIO_NOT_SET -> {
                // There is neither TCP, for which SDKs join afresh by themselves, nor an estimate of bandwidth to fix.
            }
        }
    }

    /** Gone without a word, as with a node that failed. */
    private void vanish() {
        if (state != State.CLOSED) {
            tellHome(new SeatToHome.Left(DisconnectReason.SERVER_SHUTDOWN));
            finish();
        }
    }

    /** A signal stream is gone: the participant stays if its media lives, or is about to (LiveKit #4780). */
    public void onSignalClosed(SignalSink stream) {
        if (!stream.equals(sink) || !isSignalOpen) {
            return; // another one took its place
        }
        endSignal();
        if (!primary().wasReached() && state != State.CLOSED) {
            tellHome(new SeatToHome.Left(DisconnectReason.SIGNAL_CLOSE));
            finish();
        }
    }

    private void endSignal() {
        isSignalOpen = false;
        heldBack = null;
        sink.close();
        answerer.onSignalClosed();
        if (offerer != null) {
            offerer.onSignalClosed();
        }
    }

    private void negotiateIfNeeded(long nowNs) {
        if (subscriptions.lackSections()) {
            negotiator.negotiate(nowNs);
        }
    }

    boolean isSignalOpen() {
        return isSignalOpen;
    }

    void sendOffer(SessionDescription offer, int offerId) {
        Map<String, String> tracks = subscriptions.midToTrackSid();
        say(() -> sink.sendOffer(offer, offerId, tracks));
    }

    /** What the answer on the publisher connection carries of ours: nothing if we offer another one. */
    private Map<String, String> midToTrackSid() {
        return offerer == null ? subscriptions.midToTrackSid() : Map.of();
    }

    // ---- from the peers ----

    void onConnected(long nowNs, SeatPeer peer) {
        if (peer == subscriber) {
            subscriptions.onConnected(nowNs);
        }
        if (peer == primary() && state == State.JOINED) {
            state = State.ACTIVE;
            joinByNs = Deadline.NEVER;
            host.onSeatActive(nowNs - openedAtNs);
            tellHome(new SeatToHome.Connected());
            news.onConnected(nowNs);
            subscriptions.setHeldBack(news.isHolding());
            if (!dialect.knowsFastStart()) {
                negotiateIfNeeded(nowNs);
            }
        }
    }

    /**
     * The client may have changed its network and not noticed: it resumes when it hears of that (LiveKit). One whose signal
     * stream is gone as well is gone, unless it heard of a loss just now.
     */
    void onPeerLost(long nowNs) {
        if (resumeByNs != Deadline.NEVER) {
            return;
        }
        if (state != State.ACTIVE || !isSignalOpen) {
            onPeerClosed();
            return;
        }
        resumeByNs = nowNs + RESUME_TIMEOUT_NS;
        signal(Leaves.of(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.RESUME));
        endSignal();
    }

    void onPeerClosed() {
        boolean wasActive = state == State.ACTIVE;
        close(
                wasActive ? DisconnectReason.CONNECTION_TIMEOUT : DisconnectReason.JOIN_FAILURE,
                wasActive ? LeaveRequest.Action.RECONNECT : LeaveRequest.Action.DISCONNECT);
    }

    Stream<SeatPeer> peers() {
        return offerer == null ? Stream.of(publisher) : Stream.of(publisher, subscriber);
    }

    /** The handshake of a peer moved. */
    public void onWakeUp(long nowNs) {
        peers().forEach(peer -> peer.onWakeUp(nowNs));
    }

    public long nextDeadlineNs() {
        if (state == State.CLOSED) {
            return Deadline.NEVER;
        }
        long deadlineNs = Deadline.earlier(publisher.nextDeadlineNs(), data.nextDeadlineNs());
        deadlineNs = Deadline.earlier(deadlineNs, Deadline.earlier(joinByNs, resumeByNs));
        deadlineNs = Deadline.earlier(deadlineNs, subscriptions.nextDeadlineNs());
        if (state == State.ACTIVE) {
            deadlineNs = Deadline.earlier(deadlineNs, news.nextDeadlineNs());
        }
        if (offerer == null) {
            return deadlineNs;
        }
        return Deadline.earlier(deadlineNs, Deadline.earlier(offerer.nextDeadlineNs(), subscriber.nextDeadlineNs()));
    }

    public void onDeadline(long nowNs) {
        publisher.onDeadline(nowNs);
        if (state != State.CLOSED) {
            data.onDeadline(nowNs);
            subscriptions.onDeadline(nowNs);
        }
        if (state == State.ACTIVE && Deadline.isDue(news.nextDeadlineNs(), nowNs)) {
            tellHeldNews(nowNs);
        }
        if (state != State.CLOSED && Deadline.isDue(joinByNs, nowNs)) {
            close(DisconnectReason.JOIN_FAILURE, LeaveRequest.Action.DISCONNECT);
        }
        if (state != State.CLOSED && Deadline.isDue(resumeByNs, nowNs)) {
            close(DisconnectReason.CONNECTION_TIMEOUT, LeaveRequest.Action.RECONNECT);
        }
        if (offerer != null && state != State.CLOSED) {
            subscriber.onDeadline(nowNs);
            if (Deadline.isDue(offerer.nextDeadlineNs(), nowNs)) {
                close(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
            }
        }
    }

    // ---- the end ----

    /** Ends the connection from our side and says why. */
    public void close(DisconnectReason reason, LeaveRequest.Action action) {
        if (state == State.CLOSED) {
            return;
        }
        heldBack = null;
        try {
            signal(Leaves.of(reason, action));
        } finally {
            tellHome(new SeatToHome.Left(reason));
            finish();
        }
    }

    private void finish() {
        state = State.CLOSED;
        host.onSeatClosed(this); // first: nothing leads here any more, whatever fails below
        subscriptions.clear();
        publications.close();
        peers().forEach(SeatPeer::close);
        if (isSignalOpen) {
            isSignalOpen = false;
            sink.close();
        }
    }

    void signal(SignalResponse response) {
        dialect.say(response, this::say);
    }

    private void say(SignalResponse response) {
        say(() -> sink.send(response));
    }

    private void say(Runnable message) {
        if (!isSignalOpen) {
            return;
        }
        if (heldBack != null) {
            heldBack.add(message);
        } else {
            message.run();
        }
    }

    /** @return false if this participant is ahead of its home, and should wait a moment */
    boolean sendData(SeatToHome.Data message) {
        int sizeBytes = message.packet().getSerializedSize();
        ShardMessage toHome = new ShardMessage.ToHome(home.room(), ref, message);
        return host.port().sendLossy(home.shard(), sid(), sizeBytes, toHome);
    }

    void tellHome(SeatToHome message) {
        host.port().send(home.shard(), new ShardMessage.ToHome(home.room(), ref, message));
        if (message instanceof SeatToHome.Unpublished(String trackSid)) {
            signal(SignalResponse.newBuilder()
                    .setTrackUnpublished(TrackUnpublishedResponse.newBuilder().setTrackSid(trackSid))
                    .build());
        }
    }

    /** Everything worth knowing, for the debug endpoint. */
    public SeatDump dump() {
        return SeatDump.of(
                join,
                home.room(),
                ref.shard(),
                info,
                state.name(),
                negotiator.isWaiting(),
                primary(),
                publications,
                subscriptions,
                data.dump(peers().toList()));
    }
}
