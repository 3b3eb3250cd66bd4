// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.api.id.NodeId;
import io.parley.api.id.RoomName;
import io.parley.api.room.RoomRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import livekit.LivekitModels.Room;

/**
 * Another directory, remembered: while that can't be reached, rooms are where they were last, and so are nodes. What nobody
 * here knows, new rooms and lists need the directory itself. A place says of itself that it is remembered: it leads into a
 * room that its node has, and never makes one.
 */
public final class RememberingDirectory implements Directory {
    /** Some 30 MB of them; those that were asked for longest ago are forgotten. */
    private static final int MAX_ROOMS = 100_000;

    /**
     * For which a place is remembered since the directory named it last. Whoever resumes in a long meeting comes back to a
     * place that nobody asked for since the meeting began; what is older is hardly a room's still. To be shorter, as against
     * wrong places, is not needed: their nodes are asked.
     */
    static final Duration MEMORY = Duration.ofDays(1);

    private final Directory directory;
    private final Cache<RoomName, RoomPlace> places;
    private volatile List<NodeRecord> nodes = List.of();

    public RememberingDirectory(Directory directory) {
        this(directory, MAX_ROOMS, Ticker.systemTicker());
    }

    RememberingDirectory(Directory directory, int maxRooms, Ticker nowNs) {
        this.directory = directory;
        this.places = Caffeine.newBuilder()
                .maximumSize(maxRooms)
                .expireAfterWrite(MEMORY)
                .ticker(nowNs)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public CompletionStage<Boolean> announce(NodeRecord node, Duration lease) {
        return directory.announce(node, lease);
    }

    @Override
    public CompletionStage<Void> withdraw(NodeId node) {
        return directory.withdraw(node);
    }

    @Override
    public CompletionStage<List<NodeRecord>> nodes() {
        return orKnown(
                directory.nodes().thenApply(found -> nodes = found),
                () -> Optional.of(nodes).filter(known -> !known.isEmpty()));
    }

    @Override
    public CompletionStage<RoomPlace> claim(RoomName room, NodeId candidate) {
        return directory.claim(room, candidate).thenApply(this::remember);
    }

    @Override
    public CompletionStage<RoomPlace> takeOver(RoomClaim lost, NodeId candidate) {
        return directory.takeOver(lost, candidate).thenApply(this::remember);
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> findGone(RoomName room) {
        return directory.findGone(room);
    }

    @Override
    public CompletionStage<Optional<RoomPlace>> find(RoomName room) {
        return orKnown(
                directory.find(room).thenApply(found -> {
                    found.ifPresentOrElse(this::remember, () -> places.invalidate(room));
                    return found;
                }),
                () -> Optional.ofNullable(places.getIfPresent(room)).map(Optional::of));
    }

    /** @param known what there is to say instead, if anything */
    private static <T> CompletionStage<T> orKnown(CompletionStage<T> asked, Supplier<Optional<T>> known) {
        return asked.exceptionally(error -> {
            Throwable cause = Causes.of(error);
            if (cause instanceof ApiError refusal && refusal.code() == ErrorCode.UNAVAILABLE) {
                return known.get().orElseThrow(() -> refusal);
            }
            throw new CompletionException(cause);
        });
    }

    private RoomPlace remember(RoomPlace place) {
        if (place.node() == null) {
            places.invalidate(place.claim().room());
        } else {
            places.put(place.claim().room(), place.asRemembered());
        }
        return place;
    }

    @Override
    public CompletionStage<Boolean> put(RoomClaim claim, RoomRecord room) {
        return directory.put(claim, room);
    }

    @Override
    public CompletionStage<Void> release(RoomClaim claim) {
        return directory.release(claim);
    }

    @Override
    public CompletionStage<Void> handOver(RoomClaim claim, RoomRecord room) {
        return directory.handOver(claim, room);
    }

    @Override
    public CompletionStage<Void> revoke(RoomClaim claim) {
        return directory
                .revoke(claim)
                .thenAccept(revoked -> places.asMap()
                        .computeIfPresent(
                                claim.room(), (room, place) -> place.claim().equals(claim) ? null : place));
    }

    @Override
    public CompletionStage<List<Room>> rooms(Collection<String> names) {
        return directory.rooms(names);
    }

    @Override
    public CompletionStage<List<RoomClaim>> lost(Duration silence) {
        return directory.lost(silence);
    }
}
