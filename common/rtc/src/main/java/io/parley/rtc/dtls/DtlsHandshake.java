// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

import io.parley.rtc.sdp.Fingerprint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One handshake under way, fed and drained by the loop; nothing here blocks. Progress made on other threads is
 * announced by the callback given to {@link Factory#start}, whereupon the loop drains again.
 */
public interface DtlsHandshake {
    /** Gives a received datagram to the handshake; a full queue drops it, as a network would. */
    void onDatagram(byte[] buf, int off, int len);

    /** The next datagram to send, or null. */
    byte @Nullable [] pollTransmit();

    Outcome outcome();

    /** Abandons the handshake and frees its thread. */
    void close();

    /** How far a handshake got. */
    sealed interface Outcome {
        record Pending() implements Outcome {}

        record Done(DtlsKeys keys) implements Outcome {}

        /** @param reason for logs: an alert, a fingerprint mismatch, a timeout */
        record Failed(String reason) implements Outcome {}
    }

    Outcome PENDING = new Outcome.Pending();

    /** Makes handshakes: BouncyCastle's in the product, a scripted twin in simulations. */
    interface Factory {
        /**
         * @param srtpProfiles acceptable protection profiles in order of preference
         * @param onProgress called from any thread when there is something to drain
         */
        DtlsHandshake start(
                DtlsRole role,
                DtlsCertificate certificate,
                Fingerprint remote,
                List<Integer> srtpProfiles,
                Runnable onProgress);
    }
}
