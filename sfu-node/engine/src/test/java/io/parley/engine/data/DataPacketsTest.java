// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.util.Objects;
import livekit.LivekitMetrics.MetricsBatch;
import livekit.LivekitModels.ChatMessage;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.Transcription;
import livekit.LivekitModels.UserPacket;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // clients still read the older members
class DataPacketsTest {
    private static final ParticipantInfo ALICE =
            ParticipantInfo.newBuilder().setSid("PA_a").setIdentity("alice").build();
    private static final ParticipantInfo AGENT =
            ALICE.toBuilder().setKind(ParticipantInfo.Kind.AGENT).build();

    @Test
    void aPacketIsFromItsSenderWhateverItSays() {
        DataPacket forged = DataPacket.newBuilder()
                .setParticipantIdentity("mallory")
                .setParticipantSid("PA_m")
                .setUser(UserPacket.newBuilder()
                        .setParticipantIdentity("mallory")
                        .setPayload(ByteString.copyFromUtf8("x")))
                .build();
        DataPacket stamped = stamp(forged, ALICE, true);
        assertThat(stamped.getParticipantIdentity()).isEqualTo("alice");
        assertThat(stamped.getParticipantSid()).isEqualTo("PA_a");
        assertThat(stamped.getUser().getParticipantIdentity()).isEqualTo("alice");
        assertThat(stamped.getKind()).isEqualTo(DataPacket.Kind.LOSSY);
    }

    @Test
    void aHiddenSenderHasNoName() {
        ParticipantInfo hidden = ALICE.toBuilder()
                .setPermission(ParticipantPermission.newBuilder().setHidden(true))
                .build();
        DataPacket stamped = stamp(
                DataPacket.newBuilder().setUser(UserPacket.getDefaultInstance()).build(), hidden, false);
        assertThat(stamped.getParticipantIdentity()).isEmpty();
        assertThat(stamped.getUser().getParticipantSid()).isEmpty();
    }

    @Test
    void onlyAgentsSpeakForOthersAndTranscribe() {
        DataPacket chat = DataPacket.newBuilder()
                .setParticipantIdentity("bob")
                .setChatMessage(ChatMessage.newBuilder().setGenerated(true))
                .build();
        assertThat(stamp(chat, AGENT, false).getParticipantIdentity()).isEqualTo("bob");
        assertThat(stamp(chat, ALICE, false).getParticipantIdentity()).isEqualTo("alice");
        DataPacket transcription = DataPacket.newBuilder()
                .setTranscription(Transcription.getDefaultInstance())
                .build();
        assertThat(DataPackets.stamp(transcription, ALICE, false)).isNull();
        assertThat(DataPackets.stamp(transcription, AGENT, false)).isNotNull();
    }

    @Test
    void metricsAreNotForTheRoom() {
        DataPacket metrics = DataPacket.newBuilder()
                .setMetrics(MetricsBatch.getDefaultInstance())
                .build();
        assertThat(DataPackets.stamp(metrics, ALICE, false)).isNull();
    }

    @Test
    void olderAndNewerDestinationsCountAlike() {
        DataPacket packet = DataPacket.newBuilder()
                .addDestinationIdentities("bob")
                .setUser(UserPacket.newBuilder()
                        .addDestinationIdentities("carol")
                        .addDestinationSids("PA_d"))
                .build();
        DataPacket stamped = stamp(packet, ALICE, false);
        assertThat(DataPackets.isFor(stamped, named("bob"))).isTrue();
        assertThat(DataPackets.isFor(stamped, named("carol"))).isTrue();
        assertThat(DataPackets.isFor(
                        stamped, named("dave").toBuilder().setSid("PA_d").build()))
                .isTrue();
        assertThat(DataPackets.isFor(stamped, named("eve"))).isFalse();
        assertThat(DataPackets.isFor(stamp(DataPacket.getDefaultInstance(), ALICE, false), named("eve")))
                .isTrue();
    }

    @Test
    void whatWeDoNotKnowIsKept() {
        DataPacket packet = DataPacket.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8("future"))
                                        .build())
                        .build())
                .build();
        DataPacket stamped = stamp(packet, ALICE, false);
        assertThat(Objects.requireNonNull(DataPackets.parse(stamped.toByteArray()))
                        .getUnknownFields()
                        .hasField(99))
                .isTrue();
        assertThat(DataPackets.parse(new byte[] {-1, -1})).isNull();
    }

    @Test
    void aRoomTakesEachNumberAndEachNonceOnceAndRemembersTenSeconds() {
        RoomData room = new RoomData();
        long second = 1_000_000_000L;
        assertThat(room.accept(0, "PA_a", "alice", numbered(1), false)).isTrue();
        assertThat(room.accept(0, "PA_a", "alice", numbered(1), false)).isFalse();
        assertThat(room.accept(0, "PA_b", "bob", numbered(1), false))
                .as("of another")
                .isTrue();
        assertThat(room.accept(second, "PA_a", "alice", numbered(3), false)).isTrue();
        assertThat(room.recent(second, "carol")).hasSize(3);
        assertThat(room.recent(second, "alice")).hasSize(1);
        assertThat(room.recent(10 * second + 1, "carol")).containsExactly(numbered(3));
        assertThat(room.accept(second, "PA_a", "alice", numbered(9), true)).isTrue();
        assertThat(room.recent(second, "carol")).as("lossy ones are not kept").hasSize(1);
        DataPacket nonce = DataPacket.newBuilder()
                .setUser(UserPacket.newBuilder().setNonce(ByteString.copyFromUtf8("0123456789abcdef")))
                .build();
        assertThat(room.accept(0, "PA_a", "alice", nonce, true)).isTrue();
        assertThat(room.accept(0, "PA_b", "bob", nonce, true)).isFalse();
    }

    private static DataPacket numbered(int sequence) {
        return DataPacket.newBuilder().setSequence(sequence).build();
    }

    private static ParticipantInfo named(String identity) {
        return ParticipantInfo.newBuilder().setIdentity(identity).build();
    }

    private static DataPacket stamp(DataPacket packet, ParticipantInfo sender, boolean isLossy) {
        return Objects.requireNonNull(DataPackets.stamp(packet, sender, isLossy));
    }
}
