// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import java.util.function.Consumer;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.ParticipantUpdate;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalResponse;

/**
 * What a client understands, by its signal protocol and, where an SDK once failed on something, by its version (LiveKit:
 * ProtocolVersion and ClientInfo). The one place that knows these numbers: the others speak as if every client were of
 * today. A client that names no protocol is of the oldest.
 *
 * @param protocol signal protocol
 */
public record SignalDialect(ClientInfo.SDK sdk, SdkVersion version, int protocol) {
    private static final SdkVersion JS_THAT_KNOWS_RECONNECT = SdkVersion.of("1.6.3");

    public static SignalDialect of(ClientInfo client) {
        return new SignalDialect(client.getSdk(), SdkVersion.of(client.getVersion()), client.getProtocol());
    }

    /** The connection that we offer may be the one that counts. */
    public boolean knowsSubscriberPrimary() {
        return protocol > 2;
    }

    /** A section of an offer may carry one track after the other. */
    public boolean knowsSectionReuse() {
        return protocol > 3;
    }

    /** The stream of a track is named by its publisher and the track; before that by the publisher alone. */
    public boolean knowsPackedStreamIds() {
        return protocol > 0;
    }

    /** A lite ICE agent will do. */
    public boolean knowsIceLite() {
        return protocol > 5;
    }

    /** The first offer may have tracks; before that they come once the client is connected. */
    public boolean knowsFastStart() {
        return protocol > 7;
    }

    /** Another sid of the same identity tells it that the one before is gone. */
    public boolean knowsIdentities() {
        return protocol > 11;
    }

    /** It may find itself in another room. */
    public boolean knowsRoomMoved() {
        return protocol > 15;
    }

    /** With one peer connection, the data channels are there without being announced. */
    public boolean knowsNegotiatedDataChannels() {
        return protocol > 17;
    }

    /**
     * Where a client joins afresh because it was told to, what it hears of others once its connection is there, but within two
     * seconds of the join response, may never reach its application (livekit-client 2.23: RTCEngine.waitForPCReconnected,
     * Room.emitWhenConnected, which keeps such events for a reconnect that is over).
     */
    public boolean losesNewsAtRejoin() {
        return sdk == ClientInfo.SDK.JS || sdk == ClientInfo.SDK.REACT_NATIVE;
    }

    private boolean knowsSpeakersChanged() {
        return protocol > 2;
    }

    private boolean knowsTrackUnpublished() {
        return protocol > 6;
    }

    private boolean knowsMissedDepartures() {
        return protocol > 8;
    }

    private boolean knowsLeaveActions() {
        return protocol > 12;
    }

    private boolean knowsSuccess() {
        return protocol > 14;
    }

    private boolean knowsAnswersToRequests() {
        return sdk != ClientInfo.SDK.RUST || protocol > 9;
    }

    private boolean knowsReconnect() {
        return sdk != ClientInfo.SDK.JS || version.compareTo(JS_THAT_KNOWS_RECONNECT) >= 0;
    }

    /** Says what the client understands of a response, in the form in which it does, or nothing. */
    public void say(SignalResponse response, Consumer<SignalResponse> client) {
        switch (response.getMessageCase()) {
            case UPDATE -> sayUpdate(response, client);
            case LEAVE -> sayLeave(response, client);
            case TRACK_UNPUBLISHED ->
                client.accept(
                        knowsTrackUnpublished()
                                ? response
                                : muted(response.getTrackUnpublished().getTrackSid()));
            case SPEAKERS_CHANGED -> sayIf(knowsSpeakersChanged(), response, client);
            case RECONNECT -> sayIf(knowsReconnect(), response, client);
            case TRACK_SUBSCRIBED -> sayIf(knowsAnswersToRequests(), response, client);
            case REQUEST_RESPONSE -> {
                boolean isError = response.getRequestResponse().getReason() != RequestResponse.Reason.OK;
                sayIf(knowsAnswersToRequests() && (isError || knowsSuccess()), response, client);
            }
            default -> client.accept(response);
        }
    }

    /** Who left before the client came back, on its resume. */
    public void sayDepartures(ParticipantUpdate departures, Consumer<SignalResponse> client) {
        if (knowsMissedDepartures()) {
            sayUpdate(SignalResponse.newBuilder().setUpdate(departures).build(), client);
        }
    }

    private static void sayIf(boolean isKnown, SignalResponse response, Consumer<SignalResponse> client) {
        if (isKnown) {
            client.accept(response);
        }
    }

    private void sayUpdate(SignalResponse response, Consumer<SignalResponse> client) {
        ParticipantUpdate update = response.getUpdate();
        if (!knowsIdentities() || update.getParticipantsList().stream().noneMatch(SignalDialect::isReplaced)) {
            sayIf(update.getParticipantsCount() > 0, response, client);
            return;
        }
        ParticipantUpdate.Builder news = ParticipantUpdate.newBuilder();
        for (ParticipantInfo info : update.getParticipantsList()) {
            if (!isReplaced(info)) {
                news.addParticipants(info);
            }
        }
        sayIf(
                news.getParticipantsCount() > 0,
                response.toBuilder().setUpdate(news).build(),
                client);
    }

    /** It left because it joined again; the update of its new connection follows. */
    private static boolean isReplaced(ParticipantInfo info) {
        return info.getState() == ParticipantInfo.State.DISCONNECTED
                && info.getDisconnectReason() == DisconnectReason.DUPLICATE_IDENTITY;
    }

    /** Older clients can be told to join again, but not to resume: their closed stream tells them that. */
    private void sayLeave(SignalResponse response, Consumer<SignalResponse> client) {
        LeaveRequest leave = response.getLeave();
        if (knowsLeaveActions()) {
            client.accept(response);
        } else if (leave.getAction() != LeaveRequest.Action.RESUME) {
            boolean isReconnect = leave.getAction() == LeaveRequest.Action.RECONNECT;
            client.accept(SignalResponse.newBuilder()
                    .setLeave(LeaveRequest.newBuilder()
                            .setReason(leave.getReason())
                            .setCanReconnect(isReconnect))
                    .build());
        }
    }

    /** Makes an older client stop sending at least. */
    private static SignalResponse muted(String trackSid) {
        return SignalResponse.newBuilder()
                .setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(true))
                .build();
    }
}
