// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sctp;

import io.parley.rtc.buf.Bytes;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One association over an authenticated, encrypted path. Both sides may begin. Inputs are {@link #connect},
 * {@link #send}, {@link #onPacket} and {@link #onDeadline}; after each, drain {@link #pollTransmit} and
 * {@link #pollEvent}.
 */
public final class SctpAssociation {
    private enum State {
        CLOSED,
        COOKIE_WAIT,
        COOKIE_ECHOED,
        ESTABLISHED,
        SHUTDOWN_RECEIVED,
        SHUTDOWN_ACK_SENT,
        ENDED
    }

    /** A packet with one chunk that bundles with nothing. */
    private record Control(int tag, byte[] chunk) {}

    private static final int MAX_HANDSHAKE_ATTEMPTS = 10;
    private static final int MAX_CONTROLS = 16;
    private static final int INIT_BYTES = 20;
    private static final int COOKIE_MAGIC = 0x50617243;
    private static final int COOKIE_BYTES = 28;

    private final SctpSettings settings;
    private final RandomGenerator random;
    private final RetransmissionTimeout timeout = new RetransmissionTimeout();
    private final ArrayDeque<Control> controls = new ArrayDeque<>();
    private final ArrayDeque<SctpEvent> events = new ArrayDeque<>();
    private State state = State.CLOSED;
    private int localTag;
    private int localInitialTsn;
    private int peerTag;
    private int maxOutboundStreams;
    private OutboundData outbound;
    private InboundData inbound;
    private StreamResets resets;

    /** What the handshake or the answer to a shutdown repeats until it is answered. */
    private @Nullable Control unanswered;

    private long repeatAtNs = Deadline.NEVER;
    private int attempts;

    /** A packet needs one SACK: more would only make us look through what is in flight again. */
    private boolean hadSack;

    /** The packet asked for an answer that would not fit into one of ours. */
    private boolean hadUnanswerable;

    public SctpAssociation(SctpSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.localTag = randomTag();
        this.localInitialTsn = random.nextInt();
        this.maxOutboundStreams = settings.maxStreams();
        this.outbound = new OutboundData(settings.maxPacket() - SctpWire.HEADER_BYTES, localInitialTsn);
        this.inbound = new InboundData(settings, 0);
        this.resets = new StreamResets(settings, outbound, localInitialTsn, 0);
    }

    private int randomTag() {
        int tag = random.nextInt();
        return tag == 0 ? 1 : tag;
    }

    // ---- for the owner ----

    /** Begins the handshake, if the peer has not. */
    public void connect(long nowNs) {
        if (state == State.CLOSED) {
            state = State.COOKIE_WAIT;
            byte[] init = new byte[INIT_BYTES + 12];
            writeInit(init, SctpWire.INIT, localTag, localInitialTsn);
            repeat(nowNs, new Control(0, init));
        }
    }

    public boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    /** By its name in RFC 9260 s.4, for people. */
    public String state() {
        return state.name();
    }

    /**
     * Queues a message; before the association is established it waits.
     *
     * @param payload at least one byte; not copied
     * @param maxRetransmits times that a fragment may be repeated; -1 for any number
     * @param lifetimeNs after which it is given up; {@link Deadline#NEVER} for none
     * @return false if the stream id is out of range or the association is closing
     */
    public boolean send(
            long nowNs,
            int streamId,
            int ppid,
            byte[] payload,
            boolean isOrdered,
            int maxRetransmits,
            long lifetimeNs) {
        if (state.compareTo(State.ESTABLISHED) > 0 || streamId >= maxOutboundStreams || payload.length == 0) {
            return false;
        }
        long expiresAtNs = lifetimeNs == Deadline.NEVER ? Deadline.NEVER : nowNs + lifetimeNs;
        outbound.enqueue(new OutboundMessage(streamId, ppid, payload, isOrdered, maxRetransmits, expiresAtNs));
        return true;
    }

    /** Bytes queued that have not left yet. */
    public int bufferedBytes() {
        return outbound.bufferedBytes();
    }

    public int bufferedBytes(int streamId) {
        return outbound.bufferedBytes(streamId);
    }

    /** Resets a stream that we send on, after what is queued on it (RFC 6525). */
    public void resetStream(int streamId) {
        resets.request(streamId);
    }

    /** What of the peer's waits here to be put together, in order or polled: bytes and what it costs to keep them. */
    public int heldBytes() {
        return inbound.heldBytes();
    }

    public @Nullable SctpEvent pollEvent() {
        return events.poll();
    }

    /** The next whole message; leaving it here narrows the peer's window. */
    public SctpEvent.@Nullable Message pollMessage() {
        return inbound.pollMessage();
    }

    // ---- packets in ----

    /** @return false if the packet, or a chunk in it, was ignored: it is not for this association, or can't be answered */
    public boolean onPacket(long nowNs, byte[] buf, int off, int len) {
        if (state == State.ENDED
                || !SctpWire.isIntact(buf, off, len)
                || Bytes.u16(buf, off + 2) != settings.port()
                || !isTagRight(buf, off, len)) {
            return false;
        }
        int end = off + len;
        boolean hadData = false;
        hadSack = false;
        hadUnanswerable = false;
        int at = off + SctpWire.HEADER_BYTES;
        while (at + SctpWire.CHUNK_HEADER_BYTES <= end && state != State.ENDED) {
            int length = Bytes.u16(buf, at + 2);
            if (length < SctpWire.CHUNK_HEADER_BYTES || at + length > end) {
                break;
            }
            int type = Bytes.u8(buf, at);
            if (type == SctpWire.DATA) {
                hadData |= onData(buf, at, length);
            } else if (!onControl(nowNs, type, buf, at, length)) {
                break;
            }
            at += SctpWire.padded(length);
        }
        if (hadData && state != State.ENDED) {
            inbound.onPacketEnd(nowNs);
        }
        continueShutdown(nowNs);
        return !hadUnanswerable;
    }

    /** RFC 9260 s.8.5. A cookie is checked against the tag inside it. */
    private boolean isTagRight(byte[] buf, int off, int len) {
        if (len < SctpWire.HEADER_BYTES + SctpWire.CHUNK_HEADER_BYTES) {
            return false;
        }
        int tag = Bytes.i32(buf, off + 4);
        int type = Bytes.u8(buf, off + SctpWire.HEADER_BYTES);
        boolean isReflected = (Bytes.u8(buf, off + SctpWire.HEADER_BYTES + 1) & SctpWire.TAG_REFLECTED) != 0;
        return switch (type) {
            case SctpWire.INIT -> tag == 0;
            case SctpWire.COOKIE_ECHO -> true;
            case SctpWire.ABORT, SctpWire.SHUTDOWN_COMPLETE -> tag == (isReflected ? peerTag : localTag);
            default -> tag == localTag;
        };
    }

    private boolean hasPeer() {
        return state.compareTo(State.COOKIE_ECHOED) > 0;
    }

    /** @return whether it counts as an arrival to acknowledge */
    private boolean onData(byte[] buf, int at, int length) {
        if (!hasPeer() || state == State.SHUTDOWN_RECEIVED || state == State.SHUTDOWN_ACK_SENT) {
            return false;
        }
        if (length <= SctpWire.DATA_HEADER_BYTES) {
            sendAbort(SctpWire.CAUSE_NO_USER_DATA);
            close("peer sent DATA without data");
            return false;
        }
        boolean isSound = inbound.onData(
                Bytes.u8(buf, at + 1),
                Bytes.i32(buf, at + 4),
                Bytes.u16(buf, at + 8),
                Bytes.u16(buf, at + 10),
                Bytes.i32(buf, at + 12),
                buf,
                at + SctpWire.DATA_HEADER_BYTES,
                length - SctpWire.DATA_HEADER_BYTES);
        if (!isSound) {
            sendAbort(SctpWire.CAUSE_PROTOCOL_VIOLATION);
            close("peer sent more than the size of a message or the window allows");
        }
        return isSound;
    }

    /** @return false if what follows in the packet must not be looked at */
    private boolean onControl(long nowNs, int type, byte[] buf, int at, int length) {
        switch (type) {
            case SctpWire.INIT -> onInit(buf, at, length);
            case SctpWire.INIT_ACK -> onInitAck(nowNs, buf, at, length);
            case SctpWire.COOKIE_ECHO -> {
                return onCookieEcho(buf, at, length);
            }
            case SctpWire.COOKIE_ACK -> {
                if (state == State.COOKIE_ECHOED) {
                    establish();
                }
            }
            case SctpWire.SACK -> onSack(nowNs, buf, at, length);
            case SctpWire.HEARTBEAT -> onHeartbeat(buf, at, length);
            case SctpWire.FORWARD_TSN -> {
                if (hasPeer() && length >= 8) {
                    inbound.onForward(Bytes.i32(buf, at + 4), buf, at + 8, at + length);
                }
            }
            case SctpWire.RE_CONFIG -> {
                if (hasPeer()) {
                    onPeerReset(resets.onReconfig(buf, at + 4, at + length, inbound));
                }
            }
            case SctpWire.ABORT -> close("aborted by the peer");
            case SctpWire.SHUTDOWN -> onShutdown(nowNs, buf, at, length);
            case SctpWire.SHUTDOWN_ACK -> {
                if (state == State.SHUTDOWN_ACK_SENT) {
                    control(chunk(SctpWire.SHUTDOWN_COMPLETE));
                    close("shut down");
                }
            }
            case SctpWire.SHUTDOWN_COMPLETE -> {
                if (state == State.SHUTDOWN_ACK_SENT) {
                    close("shut down by the peer");
                }
            }
            case SctpWire.HEARTBEAT_ACK, SctpWire.ERROR -> {
                // we send no heartbeats, and errors of the peer's change nothing that timers would not
            }
            default -> {
                return onUnknown(type, buf, at, length);
            }
        }
        return true;
    }

    /** One that no packet of ours could carry back is left unanswered. */
    private void onHeartbeat(byte[] buf, int at, int length) {
        if (SctpWire.padded(length) <= maxChunk()) {
            byte[] answer = Arrays.copyOf(Arrays.copyOfRange(buf, at, at + length), SctpWire.padded(length));
            answer[0] = SctpWire.HEARTBEAT_ACK;
            control(answer);
        } else {
            hadUnanswerable = true;
        }
    }

    private int maxChunk() {
        return settings.maxPacket() - SctpWire.HEADER_BYTES;
    }

    /** Joins what the owner has not polled yet, so that a peer that resets on and on does not fill the memory. */
    private void onPeerReset(Set<Integer> streamIds) {
        if (streamIds.isEmpty()) {
            return;
        }
        Set<Integer> all = new TreeSet<>(streamIds);
        if (events.peekLast() instanceof SctpEvent.PeerReset(List<Integer> before)) {
            events.removeLast();
            all.addAll(before);
        }
        events.add(new SctpEvent.PeerReset(List.copyOf(all)));
    }

    /** The upper two bits say whether to report a chunk and whether to go on behind it (RFC 9260 s.3.2). */
    private boolean onUnknown(int type, byte[] buf, int at, int length) {
        if ((type & 0x40) != 0 && hasPeer()) {
            int reported = Math.min(length, settings.maxPacket() / 2);
            byte[] error = new byte[SctpWire.padded(8 + reported)];
            SctpWire.writeChunkHeader(error, 0, SctpWire.ERROR, 0, 8 + reported);
            Bytes.putU16(error, 4, SctpWire.CAUSE_UNRECOGNIZED_CHUNK);
            Bytes.putU16(error, 6, 4 + reported);
            System.arraycopy(buf, at, error, 8, reported);
            control(error);
        }
        return (type & 0x80) != 0;
    }

    // ---- handshake (RFC 9260 s.5) ----

    private void writeInit(byte[] chunk, int type, int tag, int initialTsn) {
        SctpWire.writeChunkHeader(chunk, 0, type, 0, chunk.length);
        Bytes.putI32(chunk, 4, tag);
        Bytes.putI32(chunk, 8, settings.receiveWindow());
        Bytes.putU16(chunk, 12, settings.maxStreams());
        Bytes.putU16(chunk, 14, settings.maxStreams());
        Bytes.putI32(chunk, 16, initialTsn);
        Bytes.putU16(chunk, 20, SctpWire.FORWARD_TSN_SUPPORTED);
        Bytes.putU16(chunk, 22, 4);
        Bytes.putU16(chunk, 24, SctpWire.SUPPORTED_EXTENSIONS);
        Bytes.putU16(chunk, 26, 6);
        Bytes.putU8(chunk, 28, SctpWire.FORWARD_TSN);
        Bytes.putU8(chunk, 29, SctpWire.RE_CONFIG);
    }

    private void onInit(byte[] buf, int at, int length) {
        if (length < INIT_BYTES || !isInitSound(buf, at)) {
            return;
        }
        if (state == State.SHUTDOWN_ACK_SENT) {
            control(chunk(SctpWire.SHUTDOWN_ACK));
            return;
        }
        // Before there is a peer both sides' packets may cross: the tag stays. Later it is a restart, with a new one.
        int tag = hasPeer() ? randomTag() : localTag;
        int tsn = hasPeer() ? random.nextInt() : localInitialTsn;
        byte[] answer = new byte[INIT_BYTES + 12 + 4 + COOKIE_BYTES];
        writeInit(answer, SctpWire.INIT_ACK, tag, tsn);
        int cookie = INIT_BYTES + 12;
        Bytes.putU16(answer, cookie, SctpWire.STATE_COOKIE);
        Bytes.putU16(answer, cookie + 2, 4 + COOKIE_BYTES);
        // Not signed: the path below has authenticated the peer, who would only lie to itself.
        Bytes.putI32(answer, cookie + 4, COOKIE_MAGIC);
        Bytes.putI32(answer, cookie + 8, tag);
        Bytes.putI32(answer, cookie + 12, tsn);
        System.arraycopy(buf, at + 4, answer, cookie + 16, 16);
        controls.removeIf(queued -> queued.chunk[0] == SctpWire.INIT_ACK);
        queue(new Control(Bytes.i32(buf, at + 4), answer));
    }

    /** Of INIT and INIT_ACK: a tag, and at least one stream each way (RFC 9260 s.3.3.2). */
    private static boolean isInitSound(byte[] buf, int at) {
        return Bytes.i32(buf, at + 4) != 0 && Bytes.u16(buf, at + 12) != 0 && Bytes.u16(buf, at + 14) != 0;
    }

    private void onInitAck(long nowNs, byte[] buf, int at, int length) {
        if (state != State.COOKIE_WAIT || length < INIT_BYTES || !isInitSound(buf, at)) {
            return;
        }
        int end = at + length;
        for (int parameter = at + INIT_BYTES; parameter + 4 <= end; ) {
            int size = Bytes.u16(buf, parameter + 2);
            if (size < 4 || parameter + size > end) {
                return;
            }
            if (Bytes.u16(buf, parameter) == SctpWire.STATE_COOKIE) {
                if (SctpWire.padded(size) > maxChunk()) {
                    close("peer's cookie is larger than a packet");
                    return;
                }
                byte[] echo = new byte[SctpWire.padded(size)];
                System.arraycopy(buf, parameter, echo, 0, size);
                SctpWire.writeChunkHeader(echo, 0, SctpWire.COOKIE_ECHO, 0, size);
                adopt(buf, at + 4);
                state = State.COOKIE_ECHOED;
                repeat(nowNs, new Control(peerTag, echo));
                return;
            }
            parameter += SctpWire.padded(size);
        }
    }

    /** The peer's values, from tag to initial number as INIT has them. */
    private void adopt(byte[] buf, int at) {
        peerTag = Bytes.i32(buf, at);
        outbound.onPeerWindow(Bytes.u32(buf, at + 4));
        maxOutboundStreams = Math.min(settings.maxStreams(), Bytes.u16(buf, at + 10));
        int peerTsn = Bytes.i32(buf, at + 12);
        inbound = new InboundData(settings, peerTsn);
        resets = new StreamResets(settings, outbound, localInitialTsn, peerTsn);
    }

    /** RFC 9260 s.5.2.4. @return false if the packet has to be ignored */
    private boolean onCookieEcho(byte[] buf, int at, int length) {
        int cookie = at + SctpWire.CHUNK_HEADER_BYTES;
        if (length < SctpWire.CHUNK_HEADER_BYTES + COOKIE_BYTES || Bytes.i32(buf, cookie) != COOKIE_MAGIC) {
            return false;
        }
        int tag = Bytes.i32(buf, cookie + 4);
        int theirTag = Bytes.i32(buf, cookie + 12);
        if (!hasPeer()) {
            if (tag != localTag) {
                return false;
            }
            adopt(buf, cookie + 12);
            establish();
        } else if (tag != localTag) {
            if (theirTag == peerTag) {
                return false;
            }
            restart(tag, Bytes.i32(buf, cookie + 8));
            adopt(buf, cookie + 12);
        } else if (theirTag != peerTag) {
            return false;
        }
        control(chunk(SctpWire.COOKIE_ACK));
        return true;
    }

    private void restart(int tag, int initialTsn) {
        localTag = tag;
        localInitialTsn = initialTsn;
        outbound = new OutboundData(settings.maxPacket() - SctpWire.HEADER_BYTES, initialTsn);
        controls.clear();
        state = State.ESTABLISHED;
        stopRepeating();
        events.removeIf(event -> event instanceof SctpEvent.Restarted || event instanceof SctpEvent.PeerReset);
        events.add(new SctpEvent.Restarted());
    }

    private void establish() {
        state = State.ESTABLISHED;
        stopRepeating();
        events.add(new SctpEvent.Established());
    }

    // ---- acknowledgement and the peer's shutdown (RFC 9260 s.9.2) ----

    private void onSack(long nowNs, byte[] buf, int at, int length) {
        int gaps = length < SctpWire.SACK_HEADER_BYTES ? 0 : Bytes.u16(buf, at + 12);
        if (!hasPeer() || hadSack || length < SctpWire.SACK_HEADER_BYTES + 4 * gaps) {
            return;
        }
        hadSack = true;
        int cumulative = Bytes.i32(buf, at + 4);
        if (!outbound.onSack(nowNs, cumulative, Bytes.u32(buf, at + 8), buf, at + SctpWire.SACK_HEADER_BYTES, gaps)) {
            sendAbort(SctpWire.CAUSE_PROTOCOL_VIOLATION);
            close("peer acknowledged what was never sent");
        }
    }

    private void onShutdown(long nowNs, byte[] buf, int at, int length) {
        if (!hasPeer() || length < 8) {
            return;
        }
        outbound.onSack(nowNs, Bytes.i32(buf, at + 4), settings.receiveWindow(), buf, at, 0);
        if (state != State.SHUTDOWN_ACK_SENT) {
            state = State.SHUTDOWN_RECEIVED;
        }
    }

    private void continueShutdown(long nowNs) {
        if (state == State.SHUTDOWN_RECEIVED && outbound.isEmpty()) {
            sendShutdownAck(nowNs);
        }
    }

    private void sendShutdownAck(long nowNs) {
        state = State.SHUTDOWN_ACK_SENT;
        repeat(nowNs, new Control(peerTag, chunk(SctpWire.SHUTDOWN_ACK)));
    }

    private void sendAbort(int cause) {
        byte[] chunk = new byte[8];
        SctpWire.writeChunkHeader(chunk, 0, SctpWire.ABORT, 0, chunk.length);
        Bytes.putU16(chunk, 4, cause);
        Bytes.putU16(chunk, 6, 4);
        controls.clear();
        if (peerTag != 0) {
            control(chunk);
        }
    }

    private void close(String reason) {
        if (state != State.ENDED) {
            state = State.ENDED;
            stopRepeating();
            events.add(new SctpEvent.Closed(reason));
        }
    }

    private static byte[] chunk(int type) {
        byte[] chunk = new byte[SctpWire.CHUNK_HEADER_BYTES];
        SctpWire.writeChunkHeader(chunk, 0, type, 0, chunk.length);
        return chunk;
    }

    private void control(byte[] chunk) {
        queue(new Control(peerTag, chunk));
    }

    /** Answers to a peer that asks faster than we can send are dropped: it asks again. */
    private void queue(Control control) {
        if (controls.size() < MAX_CONTROLS) {
            controls.add(control);
        }
    }

    private void repeat(long nowNs, Control control) {
        unanswered = control;
        attempts = 1;
        repeatAtNs = nowNs + timeout.ns();
        queue(control);
    }

    private void stopRepeating() {
        unanswered = null;
        repeatAtNs = Deadline.NEVER;
    }

    // ---- time ----

    public long nextDeadlineNs() {
        if (state == State.ENDED) {
            return Deadline.NEVER;
        }
        long data = Deadline.earlier(outbound.nextDeadlineNs(), inbound.nextDeadlineNs());
        return Deadline.earlier(Deadline.earlier(repeatAtNs, resets.nextDeadlineNs()), data);
    }

    public void onDeadline(long nowNs) {
        if (state == State.ENDED) {
            return;
        }
        Control control = unanswered;
        if (Deadline.isDue(repeatAtNs, nowNs) && control != null) {
            if (++attempts > MAX_HANDSHAKE_ATTEMPTS) {
                close("peer does not answer");
                return;
            }
            timeout.backOff();
            repeatAtNs = nowNs + timeout.ns();
            queue(control);
        }
        inbound.onDeadline(nowNs);
        resets.onDeadline(nowNs);
        if (!outbound.onDeadline(nowNs)) {
            sendAbort(SctpWire.CAUSE_USER_ABORT);
            close("peer acknowledges nothing");
        }
    }

    // ---- packets out ----

    /** Writes the next packet to {@code off}, at most {@link SctpSettings#maxPacket} long. @return its length or -1 */
    public int pollTransmit(long nowNs, byte[] buf, int off) {
        int at = off + SctpWire.HEADER_BYTES;
        int end = off + settings.maxPacket();
        Control control = controls.poll();
        if (control != null) {
            System.arraycopy(control.chunk, 0, buf, at, control.chunk.length);
            return finish(buf, off, at + control.chunk.length, control.tag);
        }
        if (!hasPeer() || state == State.ENDED) {
            return -1;
        }
        boolean hasData = outbound.canWrite(nowNs); // may give up messages whose time is over
        int position = at;
        if (inbound.isSackDue() || (hasData && inbound.nextDeadlineNs() != Deadline.NEVER)) {
            position = inbound.writeSack(buf, position, end);
        }
        if (outbound.isForwardDue() && position + 8 <= end) {
            position = outbound.writeForward(nowNs, buf, position, end);
        }
        if (resets.isDue()) {
            if (position > at) {
                return finish(buf, off, position, peerTag);
            }
            return finish(buf, off, resets.write(nowNs, timeout.ns(), buf, position), peerTag);
        }
        if (hasData) {
            position = outbound.write(nowNs, buf, position, end);
        }
        return position == at ? -1 : finish(buf, off, position, peerTag);
    }

    private int finish(byte[] buf, int off, int end, int tag) {
        SctpWire.writeHeader(buf, off, settings.port(), tag);
        SctpWire.writeChecksum(buf, off, end - off);
        return end - off;
    }
}
