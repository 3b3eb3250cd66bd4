// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a verified access token.
 *
 * @param apiKey the issuer
 * @param identity subject, or "" in a token for the API only
 * @param video null in a token without the claim
 * @param sip {@link SipGrant#NONE} in a token without the claim
 * @param roomConfig the JSON object of a RoomConfiguration, for a room that a join makes; empty in a token without the claim
 * @param roomPreset the name of such a configuration on the server, or ""
 * @param kindDetails numbers of ParticipantInfo.KindDetail, also those that the generated enum does not know
 * @param participantSid in a token that a participant was given to come back with; else ""
 */
public record Grants(
        String apiKey,
        String identity,
        String name,
        String metadata,
        Map<String, String> attributes,
        ParticipantInfo.Kind kind,
        @Nullable VideoGrant video,
        SipGrant sip,
        Map<String, Object> roomConfig,
        String roomPreset,
        List<Integer> kindDetails,
        String participantSid) {
    /** RFC 7519's registry: the session; LiveKit's tokens have none. */
    private static final String SESSION = "sid";

    private static final String ROOM_PRESET = "roomPreset";

    public Grants {
        attributes = Map.copyOf(attributes);
        roomConfig = Collections.unmodifiableMap(new LinkedHashMap<>(roomConfig));
        kindDetails = List.copyOf(kindDetails);
    }

    /** In a token that is for coming, and not for coming back. */
    public Grants(
            String apiKey,
            String identity,
            String name,
            String metadata,
            Map<String, String> attributes,
            ParticipantInfo.Kind kind,
            @Nullable VideoGrant video,
            SipGrant sip,
            Map<String, Object> roomConfig) {
        this(apiKey, identity, name, metadata, attributes, kind, video, sip, roomConfig, "", List.of(), "");
    }

    /** Reads verified claims; members of a wrong type count as absent. */
    @SuppressWarnings("unchecked")
    public static Grants fromClaims(Map<String, Object> claims) {
        Map<String, String> attributes = new LinkedHashMap<>();
        if (claims.get("attributes") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> attributes.put(String.valueOf(key), String.valueOf(value)));
        }
        String subject = text(claims, "sub");
        return new Grants(
                text(claims, "iss"),
                subject.isEmpty() ? text(claims, "jti") : subject,
                text(claims, "name"),
                text(claims, "metadata"),
                attributes,
                kind(text(claims, "kind")),
                claims.get("video") instanceof Map<?, ?> video
                        ? VideoGrant.fromClaim((Map<String, Object>) video)
                        : null,
                claims.get("sip") instanceof Map<?, ?> sip ? SipGrant.fromClaim(sip) : SipGrant.NONE,
                claims.get("roomConfig") instanceof Map<?, ?> config ? (Map<String, Object>) config : Map.of(),
                text(claims, ROOM_PRESET),
                claims.get("kindDetails") instanceof List<?> details ? KindDetails.numbers(details) : List.of(),
                text(claims, SESSION));
    }

    /** The claims that say this, without those of every token (issuer, subject, times) and those that say nothing. */
    public Map<String, Object> toClaims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        Map.of("name", name, "metadata", metadata, ROOM_PRESET, roomPreset, SESSION, participantSid)
                .forEach((claim, text) -> {
                    if (!text.isEmpty()) {
                        claims.put(claim, text);
                    }
                });
        if (!attributes.isEmpty()) {
            claims.put("attributes", attributes);
        }
        if (kind != ParticipantInfo.Kind.STANDARD) {
            claims.put("kind", kind.name().toLowerCase(Locale.ROOT));
        }
        if (!kindDetails.isEmpty()) {
            claims.put("kindDetails", KindDetails.words(kindDetails));
        }
        if (video != null) {
            claims.put("video", video.toClaim());
        }
        if (!sip.equals(SipGrant.NONE)) {
            claims.put("sip", sip.toClaim());
        }
        if (!roomConfig.isEmpty()) {
            claims.put("roomConfig", roomConfig);
        }
        return claims;
    }

    /** Whether there is a "video" claim that has the permission. */
    public boolean allows(Predicate<VideoGrant> permission) {
        return video != null && permission.test(video);
    }

    /**
     * The same with what a participant says of itself, and may, now, and with who it is in the room; LiveKit leaves out what
     * else a token may be for.
     */
    public Grants with(ParticipantInfo participant) {
        VideoGrant grant = video;
        return new Grants(
                apiKey,
                participant.getIdentity().isEmpty() ? identity : participant.getIdentity(),
                participant.getName(),
                participant.getMetadata(),
                participant.getAttributesMap(),
                kind,
                grant == null ? null : grant.with(participant.getPermission()),
                SipGrant.NONE,
                roomConfig,
                roomPreset,
                kindDetails,
                participant.getSid());
    }

    /** The same for a room; what one is to be made with is only for the room that it was said of. @param sid in that room, or "" */
    public Grants in(String room, String sid) {
        VideoGrant grant = video;
        if (grant == null || grant.room().equals(room)) {
            return this;
        }
        return new Grants(
                apiKey,
                identity,
                name,
                metadata,
                attributes,
                kind,
                grant.in(room),
                sip,
                Map.of(),
                "",
                kindDetails,
                sid);
    }

    /** The same for a connection beside the participant's main one, which only publishes. */
    public Grants forPublishing(String name) {
        VideoGrant grant = video;
        return new Grants(
                apiKey,
                identity + "#" + name,
                this.name,
                metadata,
                attributes,
                kind,
                grant == null ? null : grant.withoutSubscribing(),
                sip,
                roomConfig,
                roomPreset,
                kindDetails,
                participantSid);
    }

    private static ParticipantInfo.Kind kind(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "ingress" -> ParticipantInfo.Kind.INGRESS;
            case "egress" -> ParticipantInfo.Kind.EGRESS;
            case "sip" -> ParticipantInfo.Kind.SIP;
            case "agent" -> ParticipantInfo.Kind.AGENT;
            case "connector" -> ParticipantInfo.Kind.CONNECTOR;
            case "bridge" -> ParticipantInfo.Kind.BRIDGE;
            default -> ParticipantInfo.Kind.STANDARD;
        };
    }

    private static String text(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof String value ? value : "";
    }
}
