// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gates of those who left, until they are whole again: who comes back finds its own, or leaving would be a way to hold
 * the room back for as long as one likes. Owned by the room's home.
 */
final class SpentGates {
    /** Beyond it the one that left first is forgotten: each needs a token for an identity of its own. */
    static final int MAX = 1000;

    private final Map<String, DataGate> byIdentity = new LinkedHashMap<>();

    /** The gate of a participant that comes. */
    DataGate take(long nowNs, String identity) {
        @Nullable DataGate known = byIdentity.remove(identity);
        return known != null ? known : new DataGate(nowNs);
    }

    /** The gate of a participant that leaves. */
    void keep(long nowNs, String identity, DataGate gate) {
        gate.onCongestion(nowNs, false);
        byIdentity.values().removeIf(other -> other.isWhole(nowNs));
        if (gate.isWhole(nowNs)) {
            return;
        }
        if (byIdentity.size() == MAX) {
            byIdentity.remove(byIdentity.keySet().iterator().next());
        }
        byIdentity.put(identity, gate);
    }

    int size() {
        return byIdentity.size();
    }
}
