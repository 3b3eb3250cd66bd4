// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.dtls;

/** Which side begins the handshake: setup:active is the client, setup:passive the server (RFC 5763 s.5). */
public enum DtlsRole {
    CLIENT,
    SERVER
}
