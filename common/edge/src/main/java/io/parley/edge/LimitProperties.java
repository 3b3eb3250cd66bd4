// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge;

import io.parley.api.token.ParticipantLimits;
import io.parley.edge.config.Allowed;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * LiveKit's {@code limit}, as {@code parley.limit}: the same for every service of a cluster, and each heeds what concerns
 * it. 0 means no limit, except for the three sizes of messages.
 *
 * @param numTracks published and sent ones of a node, beyond which it takes no joins
 * @param bytesPerSec received and sent ones of a node, beyond which it takes no joins
 * @param subscriptionLimitVideo video tracks that one participant is sent; others wait
 * @param subscriptionLimitAudio the same for audio
 * @param maxMetadataSize of a room, a participant or an agent's dispatch
 * @param maxAttributesSize of a participant, keys and values together
 * @param maxRoomNameLength bytes
 * @param maxParticipantIdentityLength bytes
 * @param maxParticipantNameLength bytes
 * @param signalMessageSizeLimit one message of a client
 * @param agentSignalMessageSizeLimit one message of an agents' worker
 * @param maxApiRequestBodySize body of one API call
 */
public record LimitProperties(
        @DefaultValue("0") int numTracks,
        @DefaultValue("0") long bytesPerSec,
        @DefaultValue("0") int subscriptionLimitVideo,
        @DefaultValue("0") int subscriptionLimitAudio,
        @DefaultValue("512KB") DataSize maxMetadataSize,
        @DefaultValue("64KB") DataSize maxAttributesSize,
        @DefaultValue("256") int maxRoomNameLength,
        @DefaultValue("256") int maxParticipantIdentityLength,
        @DefaultValue("256") int maxParticipantNameLength,
        @DefaultValue("2MB") DataSize signalMessageSizeLimit,
        @DefaultValue("2MB") DataSize agentSignalMessageSizeLimit,
        @DefaultValue("10MB") DataSize maxApiRequestBodySize) {
    /** As much as a node lets wait for one participant. */
    private static final DataSize MAX_MESSAGE = DataSize.ofMegabytes(4);

    private static final DataSize MAX_BODY = DataSize.ofMegabytes(256);

    /** What comes from outside and is kept whole has some limit or other. */
    public LimitProperties {
        check("signal-message-size-limit", signalMessageSizeLimit, MAX_MESSAGE);
        check("agent-signal-message-size-limit", agentSignalMessageSizeLimit, MAX_MESSAGE);
        check("max-api-request-body-size", maxApiRequestBodySize, MAX_BODY);
        check("max-metadata-size", maxMetadataSize);
        check("max-attributes-size", maxAttributesSize);
        Allowed.atLeast("parley.limit.num-tracks", numTracks, 0);
        Allowed.atLeast("parley.limit.bytes-per-sec", bytesPerSec, 0);
        Allowed.atLeast("parley.limit.subscription-limit-video", subscriptionLimitVideo, 0);
        Allowed.atLeast("parley.limit.subscription-limit-audio", subscriptionLimitAudio, 0);
        Allowed.atLeast("parley.limit.max-room-name-length", maxRoomNameLength, 0);
        Allowed.atLeast("parley.limit.max-participant-identity-length", maxParticipantIdentityLength, 0);
        Allowed.atLeast("parley.limit.max-participant-name-length", maxParticipantNameLength, 0);
    }

    private static void check(String key, DataSize size, DataSize max) {
        if (size.toBytes() < 1 || size.compareTo(max) > 0) {
            throw new IllegalArgumentException("parley.limit." + key + " is " + size + ", and has to be from 1B to "
                    + max.toMegabytes() + "MB: what others send is never without a limit");
        }
    }

    private static void check(String key, DataSize size) {
        if (size.isNegative() || size.toBytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "parley.limit." + key + " is " + size + ", and has to be 0B, for no limit, to 2047MB");
        }
    }

    /** What rooms and participants may say of themselves. */
    public ParticipantLimits participants() {
        return ParticipantLimits.of(
                maxRoomNameLength,
                maxParticipantIdentityLength,
                maxParticipantNameLength,
                (int) maxMetadataSize.toBytes(),
                (int) maxAttributesSize.toBytes());
    }
}
