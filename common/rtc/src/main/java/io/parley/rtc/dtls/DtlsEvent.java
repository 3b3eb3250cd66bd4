// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

/** What a {@link DtlsTransport} tells its owner. */
public sealed interface DtlsEvent {
    record Connected(DtlsKeys keys) implements DtlsEvent {}

    record Failed(String reason) implements DtlsEvent {}

    /** The peer said close_notify or a fatal alert. */
    record ClosedByPeer(int alert) implements DtlsEvent {}
}
