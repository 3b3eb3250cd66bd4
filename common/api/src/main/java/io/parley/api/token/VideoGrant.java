// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;
import org.jspecify.annotations.Nullable;

/**
 * The "video" claim. Absent permissions differ from false ones: canPublish and canSubscribe default to true,
 * canPublishData to canPublish.
 *
 * @param destinationRoom to which the holder may move or forward the participants of {@code room}, or ""
 * @param canPublishSources empty means any source
 */
public record VideoGrant(
        boolean roomCreate,
        boolean roomList,
        boolean roomRecord,
        boolean roomAdmin,
        boolean roomJoin,
        String room,
        String destinationRoom,
        @Nullable Boolean canPublish,
        @Nullable Boolean canSubscribe,
        @Nullable Boolean canPublishData,
        List<TrackSource> canPublishSources,
        boolean canUpdateOwnMetadata,
        boolean canSubscribeMetrics,
        boolean canManageAgentSession,
        boolean ingressAdmin,
        boolean hidden,
        boolean recorder,
        boolean agent) {
    public VideoGrant {
        canPublishSources = List.copyOf(canPublishSources);
    }

    /** Everything that a participant of one room usually has. */
    public static VideoGrant join(String room) {
        return fromClaim(Map.of("roomJoin", true, "room", room));
    }

    /** Reads the claim's JSON object; members of a wrong type count as absent. */
    public static VideoGrant fromClaim(Map<String, Object> claim) {
        List<TrackSource> sources = new ArrayList<>();
        if (claim.get("canPublishSources") instanceof List<?> names) {
            for (Object name : names) {
                sources.add(source(String.valueOf(name)));
            }
        }
        return new VideoGrant(
                isTrue(claim, "roomCreate"),
                isTrue(claim, "roomList"),
                isTrue(claim, "roomRecord"),
                isTrue(claim, "roomAdmin"),
                isTrue(claim, "roomJoin"),
                text(claim, "room"),
                text(claim, "destinationRoom"),
                optional(claim, "canPublish"),
                optional(claim, "canSubscribe"),
                optional(claim, "canPublishData"),
                sources,
                isTrue(claim, "canUpdateOwnMetadata"),
                isTrue(claim, "canSubscribeMetrics"),
                isTrue(claim, "canManageAgentSession"),
                isTrue(claim, "ingressAdmin"),
                isTrue(claim, "hidden"),
                isTrue(claim, "recorder"),
                isTrue(claim, "agent"));
    }

    /** The same with a participant's permission in the room as it is now. */
    @SuppressWarnings("deprecation") // recorder and agent, which SDKs still read
    public VideoGrant with(ParticipantPermission permission) {
        return new VideoGrant(
                roomCreate,
                roomList,
                roomRecord,
                roomAdmin,
                roomJoin,
                room,
                destinationRoom,
                permission.getCanPublish(),
                permission.getCanSubscribe(),
                permission.getCanPublishData(),
                permission.getCanPublishSourcesList(),
                permission.getCanUpdateMetadata(),
                permission.getCanSubscribeMetrics(),
                permission.getCanManageAgentSession(),
                ingressAdmin,
                permission.getHidden(),
                permission.getRecorder(),
                permission.getAgent());
    }

    /** The same for another room; who administers one does not administer the one that it is moved to. */
    public VideoGrant in(String otherRoom) {
        return new VideoGrant(
                roomCreate,
                roomList,
                false,
                false,
                roomJoin,
                otherRoom,
                "",
                canPublish,
                canSubscribe,
                canPublishData,
                canPublishSources,
                canUpdateOwnMetadata,
                canSubscribeMetrics,
                canManageAgentSession,
                ingressAdmin,
                hidden,
                recorder,
                agent);
    }

    public VideoGrant withoutSubscribing() {
        return new VideoGrant(
                roomCreate,
                roomList,
                roomRecord,
                roomAdmin,
                roomJoin,
                room,
                destinationRoom,
                canPublish,
                false,
                canPublishData,
                canPublishSources,
                canUpdateOwnMetadata,
                canSubscribeMetrics,
                canManageAgentSession,
                ingressAdmin,
                hidden,
                recorder,
                agent);
    }

    /** The claim's JSON object, without members that say no more than their absence. */
    public Map<String, Object> toClaim() {
        Map<String, Object> claim = new LinkedHashMap<>();
        put(claim, "roomCreate", roomCreate);
        put(claim, "roomList", roomList);
        put(claim, "roomRecord", roomRecord);
        put(claim, "roomAdmin", roomAdmin);
        put(claim, "roomJoin", roomJoin);
        put(claim, "room", room);
        put(claim, "destinationRoom", destinationRoom);
        if (canPublish != null) {
            claim.put("canPublish", canPublish);
        }
        if (canSubscribe != null) {
            claim.put("canSubscribe", canSubscribe);
        }
        if (canPublishData != null) {
            claim.put("canPublishData", canPublishData);
        }
        if (!canPublishSources.isEmpty()) {
            claim.put(
                    "canPublishSources",
                    canPublishSources.stream()
                            .map(source -> source.name().toLowerCase(java.util.Locale.ROOT))
                            .toList());
        }
        put(claim, "canUpdateOwnMetadata", canUpdateOwnMetadata);
        put(claim, "canSubscribeMetrics", canSubscribeMetrics);
        put(claim, "canManageAgentSession", canManageAgentSession);
        put(claim, "ingressAdmin", ingressAdmin);
        put(claim, "hidden", hidden);
        put(claim, "recorder", recorder);
        put(claim, "agent", agent);
        return claim;
    }

    public boolean mayPublish() {
        return canPublish == null || canPublish;
    }

    public boolean maySubscribe() {
        return canSubscribe == null || canSubscribe;
    }

    public boolean mayPublishData() {
        return canPublishData == null ? mayPublish() : canPublishData;
    }

    /** What the participant list shows of this grant. */
    @SuppressWarnings("deprecation") // recorder and agent are deprecated in the message, and still read by SDKs
    public ParticipantPermission permission() {
        return ParticipantPermission.newBuilder()
                .setCanPublish(mayPublish())
                .setCanSubscribe(maySubscribe())
                .setCanPublishData(mayPublishData())
                .addAllCanPublishSources(canPublishSources)
                .setCanUpdateMetadata(canUpdateOwnMetadata)
                .setCanSubscribeMetrics(canSubscribeMetrics)
                .setCanManageAgentSession(canManageAgentSession)
                .setHidden(hidden)
                .setRecorder(recorder)
                .setAgent(agent)
                .build();
    }

    private static TrackSource source(String name) {
        return switch (name) {
            case "camera" -> TrackSource.CAMERA;
            case "microphone" -> TrackSource.MICROPHONE;
            case "screen_share" -> TrackSource.SCREEN_SHARE;
            case "screen_share_audio" -> TrackSource.SCREEN_SHARE_AUDIO;
            default -> TrackSource.UNKNOWN;
        };
    }

    private static boolean isTrue(Map<String, Object> claim, String name) {
        return Boolean.TRUE.equals(claim.get(name));
    }

    private static @Nullable Boolean optional(Map<String, Object> claim, String name) {
        return claim.get(name) instanceof Boolean value ? value : null;
    }

    private static String text(Map<String, Object> claim, String name) {
        return claim.get(name) instanceof String text ? text : "";
    }

    private static void put(Map<String, Object> claim, String name, String text) {
        if (!text.isEmpty()) {
            claim.put(name, text);
        }
    }

    private static void put(Map<String, Object> claim, String name, boolean value) {
        if (value) {
            claim.put(name, true);
        }
    }
}
