// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.rtc.buf.Path;
import io.parley.rtc.ice.PathClaim;
import io.parley.rtc.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which peer a datagram is for: by its 5-tuple, or by the username fragment of a connectivity check. Owned by its shard.
 *
 * @param <P> a peer
 */
final class Demux<P> {
    /** As many as an ICE agent answers to: the present one and the one before (an agent restarts at its client's will). */
    static final int MAX_UFRAGS = 2;

    /** A 5-tuple and the peer that authenticated on it. */
    record Binding<P>(Path path, P peer) {}

    /** Who knows whether a peer has a path in use: media of it that authenticates came just now. */
    interface Traffic<P> {
        boolean isInUse(P peer, Path path, long nowNs);
    }

    /** What leads to one peer. */
    private static final class Keys {
        final ArrayDeque<String> ufrags = new ArrayDeque<>();
        final Set<Path> paths = new HashSet<>();
    }

    private final Traffic<P> traffic;

    /** One map per local socket; the remote address alone is the key, so that a lookup makes no object. */
    private final List<Map<InetSocketAddress, Binding<P>>> byAddress = new ArrayList<>();

    private final Map<String, P> byUfrag = new HashMap<>();
    private final Map<P, Keys> keys = new HashMap<>();
    private final StunMessage message = new StunMessage();

    Demux(Traffic<P> traffic) {
        this.traffic = traffic;
    }

    /** The binding of a datagram, newly made for a check that names a known ufrag, or null. */
    @Nullable
    Binding<P> find(int local, InetSocketAddress remote, byte[] buf, int off, int len) {
        Binding<P> known = local < byAddress.size() ? byAddress.get(local).get(remote) : null;
        if (!StunMessage.looksLikeStun(buf, off, len)) {
            return known;
        }
        P named = peerOfCheck(buf, off, len);
        if (named == null || (known != null && known.peer().equals(named))) {
            return known;
        }
        // Not yet bound, or a browser reuses its port for another connection: the peer authenticates before we bind.
        return new Binding<>(known != null ? known.path() : new Path(local, remote), named);
    }

    private @Nullable P peerOfCheck(byte[] buf, int off, int len) {
        if (!message.wrap(buf, off, len) || message.type() != StunMessage.BINDING_REQUEST) {
            return null;
        }
        String username = message.username();
        int colon = username == null ? -1 : username.indexOf(':');
        return username == null || colon < 0 ? null : byUfrag.get(username.substring(0, colon));
    }

    void claim(long nowNs, Path path, P peer, PathClaim claim) {
        while (byAddress.size() <= path.local()) {
            byAddress.add(new HashMap<>());
        }
        Map<InetSocketAddress, Binding<P>> bindings = byAddress.get(path.local());
        Binding<P> known = bindings.get(path.remote());
        Keys own = keys.get(peer);
        if (own == null) {
            return; // it is gone
        }
        if (claim == PathClaim.DROPPED) {
            if (own.paths.remove(path)) {
                bindings.remove(path.remote());
            }
        } else if (known == null) {
            bindings.put(path.remote(), new Binding<>(path, peer));
            own.paths.add(path);
        } else if (!known.peer().equals(peer)
                && claim == PathClaim.PROVEN
                && !traffic.isInUse(known.peer(), path, nowNs)) {
            // A browser reuses a port for another connection, or an owner takes back what a stranger's check took.
            // While media comes it stays: a guest may check with its own credentials from anybody's address.
            keysOf(known.peer()).paths.remove(path);
            bindings.put(path.remote(), new Binding<>(path, peer));
            own.paths.add(path);
        }
    }

    void addUfrag(String ufrag, P peer) {
        Keys own = keysOf(peer);
        own.ufrags.addLast(ufrag);
        byUfrag.put(ufrag, peer);
        if (own.ufrags.size() > MAX_UFRAGS) {
            byUfrag.remove(own.ufrags.removeFirst());
        }
    }

    private Keys keysOf(P peer) {
        return keys.computeIfAbsent(peer, unused -> new Keys());
    }

    /** Nothing leads to the peer any more. */
    void remove(P peer) {
        Keys own = keys.remove(peer);
        if (own != null) {
            own.ufrags.forEach(byUfrag::remove);
            own.paths.forEach(path -> byAddress.get(path.local()).remove(path.remote()));
        }
    }

    /** Username fragments and addresses held. */
    int size() {
        return byUfrag.size() + byAddress.stream().mapToInt(Map::size).sum();
    }
}
