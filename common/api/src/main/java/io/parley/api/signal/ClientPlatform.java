// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.signal;

import livekit.LivekitModels.ClientInfo;

/** What a client runs on, by the names that SDKs and uap-core, LiveKit's list of User-Agents, have for it; case does not count. */
public final class ClientPlatform {
    private ClientPlatform() {}

    /** Gecko only: Firefox on iOS, which has another name there, is a WebKit. */
    public static boolean isFirefox(ClientInfo client) {
        return client.getBrowser().equalsIgnoreCase("firefox")
                || client.getBrowser().equalsIgnoreCase("firefox mobile");
    }

    /** That of Macs, as with LiveKit; that of phones has another name. */
    public static boolean isSafari(ClientInfo client) {
        return client.getBrowser().equalsIgnoreCase("safari");
    }

    public static boolean isObs(ClientInfo client) {
        return client.getBrowser().contains("OBS");
    }

    public static boolean isAndroid(ClientInfo client) {
        return client.getOs().equalsIgnoreCase("android");
    }
}
