// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import com.google.protobuf.Message;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.ParticipantSid;
import io.parley.engine.message.CallResult;
import io.parley.engine.message.Destination;
import io.parley.engine.message.HomeRef;
import io.parley.engine.message.HomeToHome;
import io.parley.engine.message.ParticipantView;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRoom.ForwardParticipantResponse;

/**
 * Participants of this room whose tracks are seen in others too, and those of others that are seen here: members without a
 * client, whose media subscribers get from where their seat is. They end where they come from, or when they are removed here.
 * Owned by the home.
 */
final class Forwards {
    /** Of one participant: whatever changes of it is said in each of the rooms. */
    static final int MAX = 64;

    private final Home home;
    private final Inquiries inquiries;
    private final RandomGenerator random;

    /** Calls that ask for the same while the other room is asked. */
    private static final int MAX_CALLS = 64;

    /** A participant of this room, as it is seen in another, or soon will be. Hears what the other room says to it. */
    static final class Forward implements CallResult {
        private final HomeRef to;

        /** That it has there. */
        private final String sid;

        /** Calls that wait for it. */
        private final List<CallResult> calls = new ArrayList<>();

        private boolean isShown;

        private Forward(HomeRef to, String sid) {
            this.to = to;
            this.sid = sid;
        }

        /** Answered as soon as it is there. @throws ApiError RESOURCE_EXHAUSTED if too many wait for that */
        private void await(CallResult call) {
            if (isShown) {
                call.answer(ForwardParticipantResponse.getDefaultInstance());
            } else if (calls.size() == MAX_CALLS) {
                throw ApiError.ofCaller(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "more than " + MAX_CALLS + " calls forward the participant there");
            } else {
                calls.add(call);
            }
        }

        @Override
        public void answer(Message response) {
            isShown = true;
            calls.forEach(call -> call.answer(response));
            calls.clear();
        }

        @Override
        public void refuse(ApiError why) {
            calls.forEach(call -> call.refuse(why));
        }
    }

    Forwards(Home home, Inquiries inquiries, RandomGenerator random) {
        this.home = home;
        this.inquiries = inquiries;
        this.random = random;
    }

    // ---- where the participant is ----

    /** One that is forwarded there already is so once. @throws ApiError if it can't be */
    void forward(long nowNs, Member member, Destination.Here destination, CallResult result) {
        HomeRef to = destination.home();
        Forward known = member.forwards.get(to.room());
        if (known != null) {
            known.await(result);
            return;
        }
        if (member.forwards.size() == MAX) {
            throw ApiError.ofCaller(
                    ErrorCode.RESOURCE_EXHAUSTED, "the participant is forwarded to " + MAX + " rooms already");
        }
        Forward forward = new Forward(to, ParticipantSid.random(random).value());
        forward.await(result);
        long inquiry = inquiries.begin(
                nowNs,
                forward,
                atNs -> forward.answer(ForwardParticipantResponse.getDefaultInstance()),
                () -> end(member, forward, DisconnectReason.UNKNOWN_REASON));
        member.forwards.put(to.room(), forward);
        home.tell(
                to,
                new HomeToHome.Forward(inquiry, destination.epoch(), destination.inherited(), view(member, forward)));
    }

    private static ParticipantView view(Member member, Forward forward) {
        ParticipantInfo info = member.info.toBuilder()
                .setSid(forward.sid)
                .addKindDetails(ParticipantInfo.KindDetail.FORWARDED)
                .build();
        return new ParticipantView(info, member.seat.shard(), member.access);
    }

    void onChanged(Member member) {
        for (Forward forward : member.forwards.values()) {
            home.tell(forward.to, new HomeToHome.ForwardChanged(view(member, forward)));
        }
    }

    private void end(Member member, Forward forward, DisconnectReason reason) {
        if (member.forwards.remove(forward.to.room(), forward)) {
            home.tell(forward.to, new HomeToHome.ForwardEnded(forward.sid, reason));
        }
    }

    // ---- where it is seen too ----

    void onForward(long nowNs, HomeRef from, HomeToHome.Forward forward) {
        ParticipantInfo info = forward.participant().info();
        ApiError refusal = null;
        if (home.memberOf(info.getSid()) == null) {
            if (home.member(info.getIdentity()) != null) {
                refusal = ApiError.ofCaller(
                        ErrorCode.ALREADY_EXISTS, "the destination room has a participant of that identity");
            } else if (!home.hasPlaceFor(nowNs, info)) {
                refusal = Moves.full();
            } else {
                home.showForwarded(nowNs, from, forward.participant());
            }
        }
        home.tell(from, new HomeToHome.Answered(forward.inquiry(), refusal));
    }

    void onForwardChanged(long nowNs, HomeRef from, HomeToHome.ForwardChanged changed) {
        Member member = home.memberOf(changed.participant().info().getSid());
        if (member != null && from.equals(member.source)) { // else this room has just said that it ended
            home.updateForwarded(nowNs, member, changed.participant());
        }
    }

    // ---- both ----

    /** The other room says that it is over. */
    void onEnded(long nowNs, HomeRef from, HomeToHome.ForwardEnded ended) {
        Member shown = home.memberOf(ended.sid());
        if (shown != null && from.equals(shown.source)) {
            home.remove(nowNs, shown, ended.reason());
            return;
        }
        for (Member member : home.members()) {
            member.forwards.values().removeIf(forward -> forward.sid.equals(ended.sid()));
        }
    }

    /** The member is gone from this room. */
    void onLeft(Member member) {
        DisconnectReason reason = member.info.getDisconnectReason();
        List.copyOf(member.forwards.values()).forEach(forward -> end(member, forward, reason));
        if (member.source != null) {
            home.tell(member.source, new HomeToHome.ForwardEnded(member.info.getSid(), reason));
        }
    }

    /** Messages between this shard and another got lost: the homes there forget as this one does. */
    void reset(long nowNs, int shard) {
        for (Member member : home.members()) {
            member.forwards.values().removeIf(forward -> forward.to.shard() == shard);
            if (member.source != null && member.source.shard() == shard) {
                home.remove(nowNs, member, DisconnectReason.STATE_MISMATCH);
            }
        }
    }
}
