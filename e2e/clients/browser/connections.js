// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

// Remembers the peer connections that the SDK makes, which it does not show. Loaded before it.

window.peerConnections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) {
    super(...args);
    window.peerConnections.push(this);
  }
};
