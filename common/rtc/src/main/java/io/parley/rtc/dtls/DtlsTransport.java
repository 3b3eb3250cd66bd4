// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.buf.Slot;
import io.parley.rtc.crypto.Ciphers;
import io.parley.rtc.time.Deadline;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DTLS with one peer: the handshake while it lasts, then our own records. Owned by the shard of the peer. After the
 * handshake a repeated flight of the peer means that our last one was lost, so it is sent again.
 */
public final class DtlsTransport {
    /** Takes what records carry; the bytes are valid during the call. */
    public interface ApplicationData {
        void onApplicationData(long nowNs, byte[] buf, int off, int len);
    }

    private static final long REPEAT_INTERVAL_NS = 50_000_000L;
    private static final int CLOSE_NOTIFY = 0;
    private static final int WARNING = 1;

    private final DtlsHandshake handshake;
    private final Ciphers ciphers;
    private final ApplicationData application;
    private final ArrayDeque<byte[]> transmits = new ArrayDeque<>();
    private final ArrayDeque<DtlsEvent> events = new ArrayDeque<>();
    private @Nullable DtlsRecordLayer records;
    private List<byte[]> lastFlight = List.of();
    private long repeatedAtNs = Deadline.NEVER;
    private boolean isOver;

    /** Whether the last datagram held a record newer than all before. */
    private boolean isNewest;

    public DtlsTransport(DtlsHandshake handshake, Ciphers ciphers, ApplicationData application) {
        this.handshake = handshake;
        this.ciphers = ciphers;
        this.application = application;
    }

    /**
     * A datagram whose first byte is 20..63 (RFC 7983).
     *
     * @return whether it held a record that authenticated under the session's keys
     */
    public boolean onDatagram(long nowNs, byte[] buf, int off, int len) {
        DtlsRecordLayer layer = records;
        if (layer == null) {
            if (!isOver) {
                handshake.onDatagram(buf, off, len);
            }
            return false;
        }
        boolean authenticated = false;
        isNewest = false;
        int end = off + len;
        for (int at = off;
                DtlsRecord.isWhole(buf, at, end);
                at += DtlsRecord.HEADER_BYTES + DtlsRecord.length(buf, at)) {
            int type = DtlsRecord.type(buf, at);
            if (DtlsRecord.epoch(buf, at) == 0) {
                if (type == DtlsRecord.HANDSHAKE) {
                    repeatLastFlight(nowNs);
                }
                continue;
            }
            int plain = layer.open(buf, at);
            if (plain == DtlsRecordLayer.REJECTED) {
                continue;
            }
            authenticated = true;
            isNewest |= layer.isNewest();
            if (type == DtlsRecord.APPLICATION_DATA) {
                application.onApplicationData(nowNs, buf, DtlsRecordLayer.textOff(at), plain);
                layer = records;
                if (layer == null) {
                    return true; // closed by what the record said
                }
            } else if (type == DtlsRecord.ALERT && plain >= 2) {
                onAlert(buf, DtlsRecordLayer.textOff(at));
            }
        }
        return authenticated;
    }

    /** Whether nothing newer came than the last datagram that authenticated. */
    public boolean isNewest() {
        return isNewest;
    }

    private void onAlert(byte[] buf, int off) {
        int description = buf[off + 1] & 0xFF;
        if (buf[off] != WARNING || description == CLOSE_NOTIFY) {
            events.add(new DtlsEvent.ClosedByPeer(description));
        }
    }

    private void repeatLastFlight(long nowNs) {
        if (repeatedAtNs == Deadline.NEVER || nowNs - repeatedAtNs >= REPEAT_INTERVAL_NS) {
            repeatedAtNs = nowNs;
            transmits.addAll(lastFlight);
        }
    }

    /** Takes over what the handshake's thread did meanwhile; call after its progress callback and before draining. */
    public void onProgress() {
        if (isOver || records != null) {
            return;
        }
        DtlsHandshake.Outcome outcome = handshake.outcome(); // before draining, so that no datagram is left behind
        for (byte[] datagram = handshake.pollTransmit(); datagram != null; datagram = handshake.pollTransmit()) {
            transmits.add(datagram);
        }
        switch (outcome) {
            case DtlsHandshake.Outcome.Pending pending -> {}
            case DtlsHandshake.Outcome.Done done -> {
                records = new DtlsRecordLayer(done.keys(), ciphers);
                lastFlight = done.keys().lastFlight();
                events.add(new DtlsEvent.Connected(done.keys()));
            }
            case DtlsHandshake.Outcome.Failed failed -> {
                isOver = true;
                events.add(new DtlsEvent.Failed(failed.reason()));
            }
        }
    }

    public @Nullable DtlsEvent pollEvent() {
        return events.poll();
    }

    /** Writes the next datagram into the slot. @return whether there was one */
    public boolean pollTransmit(Slot slot) {
        byte[] datagram = transmits.poll();
        if (datagram == null) {
            return false;
        }
        System.arraycopy(datagram, 0, slot.bytes, Slot.HEADROOM, datagram.length);
        slot.length = datagram.length;
        return true;
    }

    /** Writes a record of application data into the slot. @return false if there are no keys */
    public boolean seal(byte[] plain, int off, int len, Slot slot) {
        DtlsRecordLayer layer = records;
        if (layer == null) {
            return false;
        }
        slot.length = layer.seal(DtlsRecord.APPLICATION_DATA, plain, off, len, slot.bytes, Slot.HEADROOM);
        return true;
    }

    /** Queues a close_notify if connected and frees everything; drain {@link #pollTransmit} afterwards. */
    public void close() {
        DtlsRecordLayer layer = records;
        if (layer != null) {
            byte[] alert = {WARNING, CLOSE_NOTIFY};
            byte[] record = new byte[alert.length + DtlsRecordLayer.OVERHEAD];
            layer.seal(DtlsRecord.ALERT, alert, 0, alert.length, record, 0);
            transmits.add(record);
            layer.close();
            records = null;
        } else {
            handshake.close();
        }
        isOver = true;
    }
}
