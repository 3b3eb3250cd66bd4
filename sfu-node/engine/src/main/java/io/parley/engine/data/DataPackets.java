// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.data;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.parley.api.room.RoomLimits;
import java.util.LinkedHashSet;
import java.util.Set;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.UserPacket;
import livekit.LivekitRoom.SendDataRequest;
import org.jspecify.annotations.Nullable;

/** LiveKit's rules for a data packet from a client. Members that we don't know are kept. */
public final class DataPackets {
    private DataPackets() {}

    /** @return null if the bytes are no data packet, or one that names too many destinations */
    public static @Nullable DataPacket parse(byte[] bytes) {
        DataPacket packet = decode(bytes);
        return packet == null || destinations(packet) > RoomLimits.MAX_DESTINATIONS ? null : packet;
    }

    @SuppressWarnings("deprecation") // clients still write the older members
    private static int destinations(DataPacket packet) {
        UserPacket user = packet.getUser();
        return packet.getDestinationIdentitiesCount()
                + user.getDestinationIdentitiesCount()
                + user.getDestinationSidsCount();
    }

    private static @Nullable DataPacket decode(byte[] bytes) {
        try {
            return DataPacket.parseFrom(UnsafeByteOperations.unsafeWrap(bytes));
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** What came as raw bytes on a channel without envelope. */
    public static DataPacket ofRaw(byte[] bytes) {
        ByteString payload = UnsafeByteOperations.unsafeWrap(bytes);
        return DataPacket.newBuilder()
                .setUser(UserPacket.newBuilder().setPayload(payload))
                .build();
    }

    /** What a server sends: from nobody. */
    @SuppressWarnings("deprecation") // clients still read the older members
    public static DataPacket of(SendDataRequest request) {
        UserPacket.Builder user = UserPacket.newBuilder()
                .setPayload(request.getData())
                .addAllDestinationSids(request.getDestinationSidsList())
                .addAllDestinationIdentities(request.getDestinationIdentitiesList())
                .setNonce(request.getNonce());
        if (request.hasTopic()) {
            user.setTopic(request.getTopic());
        }
        return DataPacket.newBuilder()
                .setKind(request.getKind())
                .addAllDestinationIdentities(request.getDestinationIdentitiesList())
                .setUser(user)
                .build();
    }

    /**
     * The packet as the room may see it: from its sender (from nobody, if that is hidden), its kind that of the channel,
     * its destinations in one place.
     *
     * @return null if it is not for the room
     */
    @SuppressWarnings("deprecation") // clients still read and write the older members
    public static @Nullable DataPacket stamp(DataPacket packet, ParticipantInfo sender, boolean isLossy) {
        boolean isAgent = sender.getKind() == ParticipantInfo.Kind.AGENT;
        if (packet.hasMetrics() || packet.hasSpeaker() || (packet.hasTranscription() && !isAgent)) {
            return null;
        }
        boolean isHidden = sender.getPermission().getHidden();
        DataPacket.Builder stamped = packet.toBuilder()
                .setKind(isLossy ? DataPacket.Kind.LOSSY : DataPacket.Kind.RELIABLE)
                .setParticipantSid(isHidden ? "" : sender.getSid());
        if (!(isAgent && mayNameAnother(packet))) {
            stamped.setParticipantIdentity(isHidden ? "" : sender.getIdentity());
        }
        if (packet.hasUser()) {
            UserPacket user = packet.getUser();
            Set<String> identities = new LinkedHashSet<>(packet.getDestinationIdentitiesList());
            identities.addAll(user.getDestinationIdentitiesList());
            stamped.clearDestinationIdentities()
                    .addAllDestinationIdentities(identities)
                    .setUser(user.toBuilder()
                            .setParticipantSid(isHidden ? "" : sender.getSid())
                            .setParticipantIdentity(isHidden ? "" : sender.getIdentity())
                            .clearDestinationIdentities()
                            .addAllDestinationIdentities(identities));
        }
        return stamped.build();
    }

    /** Agents write down what others said. */
    private static boolean mayNameAnother(DataPacket packet) {
        boolean isGeneratedChat =
                packet.hasChatMessage() && packet.getChatMessage().getGenerated();
        boolean isGeneratedText = packet.hasStreamHeader()
                && packet.getStreamHeader().hasTextHeader()
                && packet.getStreamHeader().getTextHeader().getGenerated();
        return (isGeneratedChat || isGeneratedText)
                && !packet.getParticipantIdentity().isEmpty();
    }

    /** Whether a stamped packet is for a participant; without destinations it is for everybody else. */
    @SuppressWarnings("deprecation")
    public static boolean isFor(DataPacket packet, ParticipantInfo participant) {
        return isForAll(packet)
                || packet.getDestinationIdentitiesList().contains(participant.getIdentity())
                || packet.getUser().getDestinationSidsList().contains(participant.getSid());
    }

    /** Whether a stamped packet names nobody, and so is for everybody else. */
    @SuppressWarnings("deprecation")
    public static boolean isForAll(DataPacket packet) {
        return packet.getDestinationIdentitiesCount() == 0 && packet.getUser().getDestinationSidsCount() == 0;
    }
}
