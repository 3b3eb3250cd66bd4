// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.data;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.DataPacket;

/**
 * What a room remembers of its data packets: reliable ones of the last moments, for those who are just joining; the last
 * number of each sender and the last nonces, so that what a client sends again comes once. Owned by the home's shard.
 */
public final class RoomData {
    private static final long KEPT_NS = 10_000_000_000L;
    private static final int MAX_KEPT_BYTES = 1 << 20;
    private static final int MAX_NONCES = 100;

    /** SDKs send 16 bytes; longer ones are not remembered. */
    private static final int MAX_NONCE_BYTES = 64;

    /** What a packet costs beside its bytes, about: else a million empty ones would do. */
    private static final int PACKET_OVERHEAD_BYTES = 256;

    private record Kept(long atNs, String senderIdentity, DataPacket packet) {}

    private final ArrayDeque<Kept> kept = new ArrayDeque<>();
    private int keptBytes;
    private final Set<ByteString> nonces = new LinkedHashSet<>();
    private final Map<String, Integer> lastSequences = new HashMap<>();

    /** @return false if the packet came before */
    public boolean accept(long nowNs, String senderSid, String senderIdentity, DataPacket packet, boolean isLossy) {
        if (!isLossy && packet.getSequence() != 0) {
            int last = lastSequences.getOrDefault(senderSid, 0);
            if (Integer.compareUnsigned(packet.getSequence(), last) <= 0) {
                return false;
            }
            lastSequences.put(senderSid, packet.getSequence());
        }
        ByteString nonce = packet.getUser().getNonce();
        if (!nonce.isEmpty() && nonce.size() <= MAX_NONCE_BYTES) {
            if (!nonces.add(nonce)) {
                return false;
            }
            if (nonces.size() > MAX_NONCES) {
                nonces.remove(nonces.iterator().next());
            }
        }
        if (!isLossy) {
            kept.add(new Kept(nowNs, senderIdentity, packet));
            keptBytes += sizeBytes(packet);
        }
        expire(nowNs);
        return true;
    }

    private void expire(long nowNs) {
        while (!kept.isEmpty() && (keptBytes > MAX_KEPT_BYTES || nowNs - kept.peek().atNs > KEPT_NS)) {
            keptBytes -= sizeBytes(kept.remove().packet);
        }
    }

    private static int sizeBytes(DataPacket packet) {
        return packet.getSerializedSize() + PACKET_OVERHEAD_BYTES;
    }

    /** Reliable packets of the last ten seconds that somebody else sent, oldest first. */
    public List<DataPacket> recent(long nowNs, String identity) {
        expire(nowNs);
        List<DataPacket> packets = new ArrayList<>();
        for (Kept one : kept) {
            if (!one.senderIdentity.equals(identity)) {
                packets.add(one.packet);
            }
        }
        return packets;
    }

    /** Number of the sender's last reliable packet, 0 if none came. */
    public int lastSequence(String senderSid) {
        return lastSequences.getOrDefault(senderSid, 0);
    }

    /** A sender comes from another room, where its last reliable packet had that number. */
    public void resume(String senderSid, int lastSequence) {
        lastSequences.put(senderSid, lastSequence);
    }

    /** The sender is gone for good. */
    public void forget(String senderSid) {
        lastSequences.remove(senderSid);
    }
}
