// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.shard;

import io.parley.engine.seat.Seat;
import io.parley.engine.seat.SeatPeer;
import io.parley.rtc.buf.Path;
import io.parley.rtc.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which peer a datagram is for: by its 5-tuple, or by the username fragment of a connectivity check. */
final class Demux {
    /** A 5-tuple and the peer that authenticated on it. */
    record Binding(Path path, SeatPeer peer) {}

    /** One map per local socket; the remote address alone is the key, so that a lookup makes no object. */
    private final List<Map<InetSocketAddress, Binding>> byAddress = new ArrayList<>();

    private final Map<String, SeatPeer> byUfrag = new HashMap<>();
    private final StunMessage message = new StunMessage();

    /** The binding of a datagram, newly made for a check that names a known ufrag, or null. */
    @Nullable
    Binding find(int local, InetSocketAddress remote, byte[] buf, int off, int len) {
        Binding known = local < byAddress.size() ? byAddress.get(local).get(remote) : null;
        if (!StunMessage.looksLikeStun(buf, off, len)) {
            return known;
        }
        SeatPeer named = peerOfCheck(buf, off, len);
        if (named == null || (known != null && known.peer() == named)) {
            return known;
        }
        // Not yet bound, or a browser reuses its port for another connection: the peer authenticates before we bind.
        return new Binding(known != null ? known.path() : new Path(local, remote), named);
    }

    private @Nullable SeatPeer peerOfCheck(byte[] buf, int off, int len) {
        if (!message.wrap(buf, off, len) || message.type() != StunMessage.BINDING_REQUEST) {
            return null;
        }
        String username = message.username();
        int colon = username == null ? -1 : username.indexOf(':');
        return username == null || colon < 0 ? null : byUfrag.get(username.substring(0, colon));
    }

    void bind(Path path, SeatPeer peer) {
        while (byAddress.size() <= path.local()) {
            byAddress.add(new HashMap<>());
        }
        byAddress.get(path.local()).put(path.remote(), new Binding(path, peer));
    }

    void unbind(Path path, SeatPeer peer) {
        if (path.local() < byAddress.size()) {
            Map<InetSocketAddress, Binding> map = byAddress.get(path.local());
            Binding binding = map.get(path.remote());
            if (binding != null && binding.peer() == peer) {
                map.remove(path.remote());
            }
        }
    }

    void addUfrag(String ufrag, SeatPeer peer) {
        byUfrag.put(ufrag, peer);
    }

    void remove(Seat seat) {
        byUfrag.values().removeIf(peer -> peer.seat() == seat);
        byAddress.forEach(map -> map.values().removeIf(binding -> binding.peer().seat() == seat));
    }

    /** Username fragments and addresses held. */
    int size() {
        return byUfrag.size() + byAddress.stream().mapToInt(Map::size).sum();
    }
}
