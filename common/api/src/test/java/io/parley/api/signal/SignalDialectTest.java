// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.MuteTrackRequest;
import livekit.LivekitRtc.ParticipantUpdate;
import livekit.LivekitRtc.ReconnectResponse;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitRtc.SpeakersChanged;
import livekit.LivekitRtc.TrackSubscribed;
import livekit.LivekitRtc.TrackUnpublishedResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LiveKit's table of protocol versions: the last one without and the first one with each feature. */
class SignalDialectTest {
    private static final SignalResponse UNPUBLISHED = SignalResponse.newBuilder()
            .setTrackUnpublished(TrackUnpublishedResponse.newBuilder().setTrackSid("TR_1"))
            .build();
    private static final SignalResponse RECONNECT = SignalResponse.newBuilder()
            .setReconnect(ReconnectResponse.getDefaultInstance())
            .build();
    private static final SignalResponse SUBSCRIBED = SignalResponse.newBuilder()
            .setTrackSubscribed(TrackSubscribed.getDefaultInstance())
            .build();
    private static final SignalResponse OK = answer(RequestResponse.Reason.OK);
    private static final SignalResponse NOT_FOUND = answer(RequestResponse.Reason.NOT_FOUND);
    private static final ParticipantInfo LEFT = left(DisconnectReason.CLIENT_INITIATED);
    private static final ParticipantInfo REPLACED = left(DisconnectReason.DUPLICATE_IDENTITY);

    private static SignalResponse answer(RequestResponse.Reason reason) {
        return SignalResponse.newBuilder()
                .setRequestResponse(RequestResponse.newBuilder().setReason(reason))
                .build();
    }

    private static ParticipantInfo left(DisconnectReason reason) {
        return ParticipantInfo.newBuilder()
                .setState(ParticipantInfo.State.DISCONNECTED)
                .setDisconnectReason(reason)
                .build();
    }

    private static SignalDialect of(int protocol) {
        return SignalDialect.of(ClientInfo.newBuilder().setProtocol(protocol).build());
    }

    private static SignalDialect of(ClientInfo.SDK sdk, String version, int protocol) {
        return SignalDialect.of(ClientInfo.newBuilder()
                .setSdk(sdk)
                .setVersion(version)
                .setProtocol(protocol)
                .build());
    }

    private static List<SignalResponse> said(SignalDialect dialect, SignalResponse response) {
        List<SignalResponse> said = new ArrayList<>();
        dialect.say(response, said::add);
        return said;
    }

    private static List<ParticipantInfo> told(SignalDialect dialect, ParticipantInfo... news) {
        SignalResponse update = SignalResponse.newBuilder()
                .setUpdate(ParticipantUpdate.newBuilder().addAllParticipants(List.of(news)))
                .build();
        return said(dialect, update).stream()
                .flatMap(response -> response.getUpdate().getParticipantsList().stream())
                .toList();
    }

    @Test
    void ourConnectionCountsAboveProtocol2() {
        assertThat(of(2).knowsSubscriberPrimary()).isFalse();
        assertThat(of(3).knowsSubscriberPrimary()).isTrue();
    }

    @Test
    void streamsAreNamedByTrackAboveProtocol0() {
        assertThat(of(0).knowsPackedStreamIds()).isFalse();
        assertThat(of(1).knowsPackedStreamIds()).isTrue();
    }

    @Test
    void aLiteAgentWillDoAboveProtocol5() {
        assertThat(of(5).knowsIceLite()).isFalse();
        assertThat(of(6).knowsIceLite()).isTrue();
    }

    @Test
    void theFirstOfferHasTracksAboveProtocol7() {
        assertThat(of(7).knowsFastStart()).isFalse();
        assertThat(of(8).knowsFastStart()).isTrue();
    }

    @Test
    void speakersAreToldAboveProtocol2() {
        SignalResponse speakers = SignalResponse.newBuilder()
                .setSpeakersChanged(SpeakersChanged.getDefaultInstance())
                .build();
        assertThat(said(of(2), speakers)).isEmpty();
        assertThat(said(of(3), speakers)).containsExactly(speakers);
    }

    @Test
    void sectionsAreUsedAgainAboveProtocol3() {
        assertThat(of(3).knowsSectionReuse()).isFalse();
        assertThat(of(4).knowsSectionReuse()).isTrue();
    }

    @Test
    void dataChannelsAreThereUnannouncedAboveProtocol17() {
        assertThat(of(17).knowsNegotiatedDataChannels()).isFalse();
        assertThat(of(18).knowsNegotiatedDataChannels()).isTrue();
    }

    @Test
    void anUnpublishedTrackIsMutedUpToProtocol6() {
        SignalResponse muted = SignalResponse.newBuilder()
                .setMute(MuteTrackRequest.newBuilder().setSid("TR_1").setMuted(true))
                .build();
        assertThat(said(of(6), UNPUBLISHED)).containsExactly(muted);
        assertThat(said(of(7), UNPUBLISHED)).containsExactly(UNPUBLISHED);
    }

    @Test
    void departuresAreToldAgainAboveProtocol8() {
        ParticipantUpdate missed =
                ParticipantUpdate.newBuilder().addParticipants(LEFT).build();
        List<SignalResponse> said = new ArrayList<>();
        of(8).sayDepartures(missed, said::add);
        assertThat(said).isEmpty();
        of(9).sayDepartures(missed, said::add);
        assertThat(said)
                .containsExactly(SignalResponse.newBuilder().setUpdate(missed).build());
    }

    @Test
    void noUpdateIsEmpty() {
        List<SignalResponse> said = new ArrayList<>();
        of(17).sayDepartures(ParticipantUpdate.getDefaultInstance(), said::add);
        assertThat(said).isEmpty();
        assertThat(said(
                        of(17),
                        SignalResponse.newBuilder()
                                .setUpdate(ParticipantUpdate.newBuilder().addParticipants(REPLACED))
                                .build()))
                .isEmpty();
    }

    @Test
    void whoIsReplacedLeavesOnlyUpToProtocol11() {
        assertThat(told(of(11), LEFT, REPLACED)).containsExactly(LEFT, REPLACED);
        assertThat(told(of(12), LEFT, REPLACED)).containsExactly(LEFT);
    }

    @ParameterizedTest
    @CsvSource({"RESUME,-", "RECONNECT,true", "DISCONNECT,false"})
    void aLeaveSaysWhatToDoAboveProtocol12(LeaveRequest.Action action, String canReconnect) {
        SignalResponse leave = Leaves.of(DisconnectReason.SERVER_SHUTDOWN, action);
        assertThat(said(of(13), leave)).containsExactly(leave);
        assertThat(leave.getLeave().getCanReconnect()).isFalse();
        List<SignalResponse> old = said(of(12), leave);
        if (action == LeaveRequest.Action.RESUME) {
            assertThat(old).isEmpty();
        } else {
            assertThat(old)
                    .singleElement()
                    .extracting(SignalResponse::getLeave)
                    .isEqualTo(LeaveRequest.newBuilder()
                            .setReason(DisconnectReason.SERVER_SHUTDOWN)
                            .setCanReconnect(Boolean.parseBoolean(canReconnect))
                            .build());
        }
    }

    @Test
    void successIsToldAboveProtocol14() {
        assertThat(said(of(14), OK)).isEmpty();
        assertThat(said(of(14), NOT_FOUND)).containsExactly(NOT_FOUND);
        assertThat(said(of(15), OK)).containsExactly(OK);
    }

    /** It ended on messages that it did not know. */
    @Test
    void rustBelowProtocol10HearsNoAnswers() {
        SignalDialect old = of(ClientInfo.SDK.RUST, "0.5.0", 9);
        assertThat(said(old, NOT_FOUND)).isEmpty();
        assertThat(said(old, SUBSCRIBED)).isEmpty();
        SignalDialect other = of(ClientInfo.SDK.GO, "1.0.0", 9);
        assertThat(said(other, NOT_FOUND)).containsExactly(NOT_FOUND);
        SignalDialect next = of(ClientInfo.SDK.RUST, "0.6.0", 10);
        assertThat(said(next, NOT_FOUND)).containsExactly(NOT_FOUND);
        assertThat(said(next, SUBSCRIBED)).containsExactly(SUBSCRIBED);
    }

    @ParameterizedTest
    @CsvSource({
        "JS,1.6.2,false",
        "JS,'',false",
        "JS,nonsense,false",
        "JS,1.6.3,true",
        "JS,1.6.3-beta.1,true",
        "JS,1.10,true",
        "JS,2.23.0,true",
        "JS,999999999999999.0.0,true",
        "GO,1.0.0,true"
    })
    void javaScriptBelow163HearsNoReconnect(ClientInfo.SDK sdk, String version, boolean isHeard) {
        assertThat(said(of(sdk, version, 16), RECONNECT)).hasSize(isHeard ? 1 : 0);
    }
}
