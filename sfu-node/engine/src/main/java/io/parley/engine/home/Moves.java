// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.ParticipantSid;
import io.parley.api.id.RoomName;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToHome;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.Passage;
import io.parley.engine.message.SeatRef;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.MoveParticipantResponse;
import org.jspecify.annotations.Nullable;

/**
 * Participants that go to another room with the connection that they have, and those that come. The other room is asked for
 * a place first; once it keeps one the participant leaves here, and its seat announces it there. Owned by the home.
 */
final class Moves {
    /** Within which who was given a place has come: it is on its way between two loops. */
    private static final long PLACE_TIME_NS = 5_000_000_000L;

    private static final int MAX_TRAILS = 1_000;

    private final Home home;
    private final Inquiries inquiries;
    private final RandomGenerator random;
    private final LongSupplier wallMs;

    /** By identity of those who are about to come. */
    private final Map<String, Place> places = new HashMap<>();

    private record Place(HomeRef from, long untilNs) {}

    private final Trails trails = new Trails(MAX_TRAILS);

    Moves(Home home, Inquiries inquiries, RandomGenerator random, LongSupplier wallMs) {
        this.home = home;
        this.inquiries = inquiries;
        this.random = random;
        this.wallMs = wallMs;
    }

    // ---- of a participant that goes ----

    /** @throws ApiError FAILED_PRECONDITION if it can't be moved */
    void move(long nowNs, Member member, Destination destination, CallResult result) {
        requireMovable(member);
        switch (destination) {
            case Destination.Here here -> {
                long inquiry = inquiries.begin(nowNs, result, atNs -> depart(atNs, member, here, result), () -> {});
                home.tell(
                        here.home(), new HomeToHome.PlaceWanted(inquiry, here.epoch(), here.inherited(), member.info));
            }
            case Destination.Elsewhere elsewhere -> {
                home.remove(nowNs, member, DisconnectReason.MIGRATION);
                home.send(member, new HomeToSeat.Rejoin(elsewhere.room()));
                leaveTrail(member, null, elsewhere.room(), "");
                result.answer(MoveParticipantResponse.getDefaultInstance());
            }
        }
    }

    /** LiveKit's conditions. */
    private static void requireMovable(Member member) {
        if (member.isDependent()) {
            throw ApiError.ofCaller(ErrorCode.FAILED_PRECONDITION, "agents and recorders can't be moved");
        }
        if (!member.isMovable) {
            throw ApiError.ofCaller(ErrorCode.FAILED_PRECONDITION, "the participant's client is too old to be moved");
        }
    }

    private void depart(long nowNs, Member member, Destination.Here destination, CallResult result) {
        String identity = member.info.getIdentity();
        if (home.member(identity) != member) {
            result.refuse(ApiError.ofCaller(ErrorCode.NOT_FOUND, "participant left meanwhile"));
            return;
        }
        long inquiry = inquiries.begin(
                nowNs, result, atNs -> result.answer(MoveParticipantResponse.getDefaultInstance()), () -> {});
        Passage passage = new Passage(
                home.ref(),
                destination.home(),
                destination.epoch(),
                asItArrives(member.info),
                member.askedIdentity,
                home.lastSequence(member),
                inquiry);
        home.remove(nowNs, member, DisconnectReason.MIGRATION);
        home.send(member, new HomeToSeat.Move(passage));
        leaveTrail(
                member, member.seat, destination.home().room(), passage.info().getSid());
    }

    private void leaveTrail(Member member, @Nullable SeatRef seat, RoomName to, String sid) {
        trails.add(
                member.info.getSid(),
                new Trails.Trail(home.name(), member.info.getIdentity(), member.askedIdentity, seat, to, sid));
    }

    private ParticipantInfo asItArrives(ParticipantInfo info) {
        long nowMs = wallMs.getAsLong();
        return info.toBuilder()
                .setSid(ParticipantSid.random(random).value())
                .clearTracks()
                .clearIsPublisher()
                .setJoinedAt(nowMs / 1000)
                .setJoinedAtMs(nowMs)
                .build();
    }

    Trails trails() {
        return trails;
    }

    // ---- of one that comes ----

    void onPlaceWanted(long nowNs, HomeRef from, HomeToHome.PlaceWanted wanted) {
        String identity = wanted.info().getIdentity();
        ApiError refusal = null;
        try {
            Place expected = hasPlace(nowNs, identity) ? places.get(identity) : null;
            home.requireFree(identity, expected != null && !expected.from.equals(from));
            if (!home.hasPlaceFor(nowNs, wanted.info())) {
                throw full();
            }
            places.put(identity, new Place(from, nowNs + PLACE_TIME_NS));
        } catch (ApiError why) {
            refusal = why;
        }
        home.tell(from, new HomeToHome.Answered(wanted.inquiry(), refusal));
    }

    static ApiError full() {
        return ApiError.ofCaller(
                ErrorCode.RESOURCE_EXHAUSTED, "the destination room has as many participants as may be in it");
    }

    /** How many places are kept. */
    int kept(long nowNs) {
        places.values().removeIf(place -> place.untilNs - nowNs < 0);
        return places.size();
    }

    /** Whether a place is kept for it. */
    boolean hasPlace(long nowNs, String identity) {
        return kept(nowNs) > 0 && places.containsKey(identity);
    }

    /** Somebody of that identity is in the room now. */
    void onEntered(String identity) {
        trails.onEntered(identity);
        places.remove(identity);
    }
}
