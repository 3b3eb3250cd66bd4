// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A strict receiver of one video track: puts packets in order, decodes frames that are whole and follow each other, and
 * after a loss that nothing repaired goes on at a key frame only. Throws {@link AssertionError} at what no sender may do.
 */
public final class PictureReceiver {
    private static final long MS = 1_000_000L;

    /** How long a decoder waits for a packet that is missing. */
    private static final long PATIENCE_NS = 400 * MS;

    private static final long REQUEST_INTERVAL_NS = 300 * MS;
    private static final int MAX_BUFFERED = 2000;
    private static final long NONE = -1;

    private record Packet(int timestamp, boolean hasMarker, byte[] payload) {}

    private final DecoderModel decoder;
    private final int clockRate;
    private final TreeMap<Long, Packet> packets = new TreeMap<>();

    /** The number after the last one used. */
    private long next = NONE;

    private boolean needsKeyFrame = true;

    /** What was here the sender gave up, or it was padding. */
    private boolean isBehindEmpty;

    private long waitingSinceNs = NONE;
    private long requestedNs;
    private @Nullable SyntheticFrame lastFrame;
    private long lastFrameNs;
    private int lastTimestamp;
    private long frames;
    private long wasted;

    /** How much more or less than between the captures may pass by the timestamps when another layer is shown. */
    private long maxSkewMs = 1000;

    public PictureReceiver(DecoderModel decoder, int clockRate) {
        this.decoder = decoder;
        this.clockRate = clockRate;
    }

    public void expectSkewBelowMs(long ms) {
        maxSkewMs = ms;
    }

    /** Frames decoded. */
    public long frames() {
        return frames;
    }

    /** Packets that came and were of no use to the decoder. */
    public long wasted() {
        return wasted;
    }

    public @Nullable SyntheticFrame lastFrame() {
        return lastFrame;
    }

    /** When the last frame was decoded. */
    public long lastFrameNs() {
        return lastFrameNs;
    }

    /** The layer of the last frame if it is younger than half a second, or -1. */
    public int shownLayer(long nowNs) {
        SyntheticFrame frame = lastFrame;
        return frame == null || nowNs - lastFrameNs > 500 * MS ? -1 : frame.layer();
    }

    /** Takes a packet that did not come before. */
    public void onPacket(long nowNs, long extSeq, int timestamp, boolean hasMarker, byte[] payload) {
        if (extSeq < next) {
            return; // of a frame that was given up
        }
        packets.put(extSeq, new Packet(timestamp, hasMarker, payload));
        if (packets.size() > MAX_BUFFERED) {
            throw new AssertionError("nothing could be decoded of " + MAX_BUFFERED + " packets");
        }
        while (decodeNext(nowNs)) {
            waitingSinceNs = NONE;
        }
        if (packets.isEmpty()) {
            waitingSinceNs = NONE;
        } else if (waitingSinceNs == NONE) {
            waitingSinceNs = nowNs;
        }
    }

    /**
     * The sender says which time a timestamp is.
     *
     * @throws AssertionError if that would take the last frame out of step with what is heard
     */
    void onSenderReport(long capturedNs, int timestamp) {
        SyntheticFrame frame = lastFrame;
        if (frame != null) {
            int after = lastTimestamp - timestamp; // modulo 2^32
            long skewMs = (after * 1000L / clockRate) - (frame.capturedNs() - capturedNs) / MS;
            if (Math.abs(skewMs) > maxSkewMs) {
                throw new AssertionError("a sender report puts " + frame + " " + skewMs + " ms off");
            }
        }
    }

    /** Whether to ask for a key frame now. */
    public boolean tryRequestKeyFrame(long nowNs) {
        boolean isStuck = waitingSinceNs != NONE && nowNs - waitingSinceNs > PATIENCE_NS;
        if (!isStuck || nowNs - requestedNs < REQUEST_INTERVAL_NS) {
            return false;
        }
        requestedNs = nowNs;
        return true;
    }

    private boolean decodeNext(long nowNs) {
        if (!needsKeyFrame) {
            Packet at = packets.get(next);
            if (at != null && at.payload.length == 0) {
                packets.remove(next++);
                isBehindEmpty = true;
                return true;
            }
            if (at != null && decodeAt(nowNs, next)) {
                return true;
            }
        }
        // A key frame that is whole ends every wait.
        for (Map.Entry<Long, Packet> entry : packets.tailMap(next, true).entrySet()) {
            byte[] payload = entry.getValue().payload;
            if (payload.length > 0 && decoder.startsKeyFrame(payload) && decodeAt(nowNs, entry.getKey())) {
                return true;
            }
        }
        return false;
    }

    /** @return whether there was a whole frame */
    private boolean decodeAt(long nowNs, long first) {
        List<byte[]> payloads = new ArrayList<>();
        int timestamp = 0;
        for (long seq = first; ; seq++) {
            Packet packet = packets.get(seq);
            if (packet == null || packet.payload.length == 0) {
                return false; // missing, or given up by the sender
            }
            boolean isStart = decoder.startsFrame(packet.payload);
            if (seq == first) {
                timestamp = packet.timestamp;
            }
            if (isBehindEmpty && seq == first && !decoder.isDecodable(packet.payload)) {
                needsKeyFrame = true;
                return false;
            }
            if (isStart != (seq == first) || packet.timestamp != timestamp) {
                return onTornFrame(seq, packet);
            }
            payloads.add(packet.payload);
            if (packet.hasMarker) {
                show(nowNs, decoder.decode(payloads), packet.timestamp);
                next = seq + 1;
                wasted += packets.headMap(next).size() - payloads.size();
                packets.headMap(next).clear();
                return true;
            }
        }
    }

    /** A frame has no end although nothing is missing: allowed only where a key frame follows. */
    private boolean onTornFrame(long seq, Packet packet) {
        if (!decoder.startsKeyFrame(packet.payload)) {
            throw new AssertionError("a frame is torn at number " + seq + " and no key frame follows: "
                    + describe(seq - 4, seq + 4) + " after " + lastFrame);
        }
        needsKeyFrame = true;
        return false;
    }

    private String describe(long from, long to) {
        StringBuilder text = new StringBuilder();
        packets.subMap(from, to)
                .forEach((seq, packet) -> text.append(seq)
                        .append(packet.hasMarker ? "M " : " ")
                        .append(packet.timestamp)
                        .append(' ')
                        .append(packet.payload.length == 0 ? "empty" : decoder.describe(packet.payload))
                        .append("; "));
        return text.toString();
    }

    private void show(long nowNs, SyntheticFrame frame, int timestamp) {
        SyntheticFrame before = lastFrame;
        if (before != null) {
            int passed = timestamp - lastTimestamp; // modulo 2^32
            long expected = Math.round((frame.capturedNs() - before.capturedNs()) * (clockRate / 1e9));
            boolean isGoingOn = frame.isOfSameSource(before) && !frame.isKeyFrame();
            long tolerance = isGoingOn ? 1 : maxSkewMs * clockRate / 1000;
            if (passed <= 0 || Math.abs(passed - expected) > tolerance) {
                throw new AssertionError(
                        "timestamp moved by " + passed + " instead of " + expected + ": " + frame + " after " + before);
            }
        }
        lastFrame = frame;
        lastFrameNs = nowNs;
        lastTimestamp = timestamp;
        needsKeyFrame = false;
        isBehindEmpty = false;
        frames++;
    }
}
