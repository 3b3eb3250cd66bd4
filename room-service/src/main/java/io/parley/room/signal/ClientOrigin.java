// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import java.util.EnumSet;
import java.util.Set;
import livekit.LivekitModels.ClientInfo;

/**
 * What the request itself says of its client, which says the rest in its join request.
 *
 * @param userAgent of the header, "" without one
 */
record ClientOrigin(String address, String userAgent) {
    /** LiveKit: SDKs that may run in a browser. Of the others the header names a library. */
    private static final Set<ClientInfo.SDK> BROWSED = EnumSet.of(
            ClientInfo.SDK.UNKNOWN,
            ClientInfo.SDK.JS,
            ClientInfo.SDK.REACT_NATIVE,
            ClientInfo.SDK.FLUTTER,
            ClientInfo.SDK.UNITY);

    /** Takes browser, system and device from the User-Agent where the client does not name them; livekit-client never does. */
    ClientInfo complete(ClientInfo client) {
        ClientInfo.Builder complete = client.toBuilder().setAddress(address);
        if (!BROWSED.contains(client.getSdk())) {
            return complete.build();
        }
        UserAgent agent = UserAgent.parse(userAgent);
        if (client.getBrowser().isEmpty()) {
            complete.setBrowser(agent.browser()).setBrowserVersion(agent.browserVersion());
        }
        if (client.getOs().isEmpty()) {
            complete.setOs(agent.os()).setOsVersion(agent.osVersion());
        }
        if (client.getDeviceModel().isEmpty()) {
            complete.setDeviceModel(agent.deviceModel());
        }
        return complete.build();
    }
}
