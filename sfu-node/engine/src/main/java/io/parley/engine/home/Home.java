// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import com.google.protobuf.ByteString;
import io.parley.api.id.RoomName;
import io.parley.engine.message.HomeToSeat;
import io.parley.engine.message.ParticipantView;
import io.parley.engine.message.SeatRef;
import io.parley.engine.message.SeatToHome;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.shard.ShardPort;
import io.parley.rtc.time.Deadline;
import io.parley.rtc.time.DeadlineQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import org.jspecify.annotations.Nullable;

/**
 * One room's authority: admission, participants, what is published. Talks to seats in messages only, so that a seat may
 * be on any shard. Owned by the home shard.
 */
public final class Home {
    /** A participant with its seat; its info is the latest that seats were told. */
    private static final class Member {
        final SeatRef seat;
        ParticipantInfo info;
        final Set<String> announcedSubscriptions = new HashSet<>();

        Member(SeatRef seat, ParticipantInfo info) {
            this.seat = seat;
            this.info = info;
        }
    }

    private final RoomName name;
    private final ShardPort port;
    private final Room record;
    private final ByteString sifTrailer;
    private final long departureTimeoutNs;
    private final Map<String, Member> byIdentity = new LinkedHashMap<>();
    private final DeadlineQueue.Entry<Home> deadline = new DeadlineQueue.Entry<>(this);

    /** When an empty room goes. */
    private long closeAtNs = Deadline.NEVER;

    /**
     * @param record the room as created: sid, name, timeouts, limits, metadata
     * @param sifTrailer random bytes for the life of the room
     */
    public Home(RoomName name, Room record, ByteString sifTrailer, ShardPort port) {
        this.name = name;
        this.record = record;
        this.sifTrailer = sifTrailer;
        this.port = port;
        this.departureTimeoutNs = record.getDepartureTimeout() * 1_000_000_000L;
    }

    public RoomName name() {
        return name;
    }

    /** When the room ends, being empty; {@link Deadline#NEVER} while somebody is in it. */
    public long nextDeadlineNs() {
        return closeAtNs;
    }

    public DeadlineQueue.Entry<Home> deadline() {
        return deadline;
    }

    public void onMessage(long nowNs, SeatRef from, SeatToHome message) {
        if (message instanceof SeatToHome.Join(ParticipantInfo info)) {
            admit(nowNs, from, info);
            return;
        }
        Member member = member(from);
        if (member == null) {
            return; // replaced by another connection of the same identity, which the seat is about to learn
        }
        switch (message) {
            case SeatToHome.Join join -> throw new IllegalStateException("handled above");
            case SeatToHome.Connected connected ->
                change(member, member.info.toBuilder().setState(ParticipantInfo.State.ACTIVE));
            case SeatToHome.Published(TrackInfo track) ->
                change(member, member.info.toBuilder().addTracks(track).setIsPublisher(true));
            case SeatToHome.Unpublished(String trackSid) -> change(member, without(member.info, trackSid));
            case SeatToHome.TrackChanged(TrackInfo track) -> onTrackChanged(member, track);
            case SeatToHome.MetadataChanged changed -> onMetadataChanged(member, changed);
            case SeatToHome.SubscribedTo(List<String> trackSids) -> onSubscribed(trackSids);
            case SeatToHome.Left(DisconnectReason reason) -> remove(nowNs, member, reason);
        }
    }

    private void admit(long nowNs, SeatRef from, ParticipantInfo info) {
        Member before = byIdentity.get(info.getIdentity());
        if (before != null) {
            send(before, new HomeToSeat.Close(DisconnectReason.DUPLICATE_IDENTITY));
            remove(nowNs, before, DisconnectReason.DUPLICATE_IDENTITY);
        }
        Member member = new Member(
                from,
                info.toBuilder()
                        .setState(ParticipantInfo.State.JOINED)
                        .setVersion(1)
                        .build());
        byIdentity.put(info.getIdentity(), member);
        closeAtNs = Deadline.NEVER;
        List<ParticipantView> others = new ArrayList<>();
        for (Member other : byIdentity.values()) {
            if (other != member && !isHidden(other)) {
                others.add(view(other));
            }
        }
        send(member, new HomeToSeat.Admitted(room(), member.info, others, sifTrailer));
        announce(member);
    }

    /** The room record with its counts of now. */
    public Room room() {
        int publishers = 0;
        for (Member member : byIdentity.values()) {
            publishers += member.info.getIsPublisher() ? 1 : 0;
        }
        return record.toBuilder()
                .setNumParticipants(byIdentity.size())
                .setNumPublishers(publishers)
                .build();
    }

    public Collection<ParticipantInfo> participants() {
        return byIdentity.values().stream().map(member -> member.info).toList();
    }

    private void onTrackChanged(Member member, TrackInfo track) {
        ParticipantInfo.Builder builder = member.info.toBuilder();
        for (int i = 0; i < builder.getTracksCount(); i++) {
            if (builder.getTracks(i).getSid().equals(track.getSid())) {
                builder.setTracks(i, track);
                change(member, builder);
                return;
            }
        }
    }

    /** LiveKit: empty name or metadata leave things as they are, an empty attribute value deletes the attribute. */
    private void onMetadataChanged(Member member, SeatToHome.MetadataChanged changed) {
        ParticipantInfo.Builder builder = member.info.toBuilder();
        if (!changed.name().isEmpty()) {
            builder.setName(changed.name());
        }
        if (!changed.metadata().isEmpty()) {
            builder.setMetadata(changed.metadata());
        }
        changed.attributes().forEach((key, value) -> {
            if (value.isEmpty()) {
                builder.removeAttributes(key);
            } else {
                builder.putAttributes(key, value);
            }
        });
        change(member, builder);
    }

    private void onSubscribed(List<String> trackSids) {
        for (String trackSid : trackSids) {
            Member publisher = publisherOf(trackSid);
            if (publisher != null && publisher.announcedSubscriptions.add(trackSid)) {
                send(publisher, new HomeToSeat.TrackSubscribed(trackSid));
            }
        }
    }

    private @Nullable Member publisherOf(String trackSid) {
        for (Member member : byIdentity.values()) {
            for (TrackInfo track : member.info.getTracksList()) {
                if (track.getSid().equals(trackSid)) {
                    return member;
                }
            }
        }
        return null;
    }

    private void remove(long nowNs, Member member, DisconnectReason reason) {
        byIdentity.remove(member.info.getIdentity());
        member.info = member.info.toBuilder()
                .setState(ParticipantInfo.State.DISCONNECTED)
                .setDisconnectReason(reason)
                .clearTracks()
                .setVersion(member.info.getVersion() + 1)
                .build();
        announce(member);
        if (byIdentity.isEmpty()) {
            closeAtNs = nowNs + departureTimeoutNs;
        }
    }

    private void change(Member member, ParticipantInfo.Builder changed) {
        member.info = changed.setVersion(member.info.getVersion() + 1).build();
        announce(member);
    }

    /** Tells everybody about one participant; of a hidden one only itself. */
    private void announce(Member changed) {
        HomeToSeat message = new HomeToSeat.ParticipantsChanged(List.of(view(changed)));
        for (Member member : byIdentity.values()) {
            if (member == changed || !isHidden(changed)) {
                send(member, message);
            }
        }
    }

    private static ParticipantInfo.Builder without(ParticipantInfo info, String trackSid) {
        ParticipantInfo.Builder builder = info.toBuilder().clearTracks();
        for (TrackInfo track : info.getTracksList()) {
            if (!track.getSid().equals(trackSid)) {
                builder.addTracks(track);
            }
        }
        return builder;
    }

    private @Nullable Member member(SeatRef seat) {
        for (Member member : byIdentity.values()) {
            if (member.seat.equals(seat)) {
                return member;
            }
        }
        return null;
    }

    private static boolean isHidden(Member member) {
        return member.info.getPermission().getHidden();
    }

    private static ParticipantView view(Member member) {
        return new ParticipantView(member.info, member.seat.shard());
    }

    private void send(Member member, HomeToSeat message) {
        port.send(member.seat.shard(), new ShardMessage.ToSeat(member.seat.sid(), message));
    }
}
