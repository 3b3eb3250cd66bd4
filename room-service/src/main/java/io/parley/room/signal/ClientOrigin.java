// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import livekit.LivekitModels.ClientInfo;

/**
 * What the request itself says of its client, which says the rest in its join request.
 *
 * @param userAgent of the header, "" without one
 */
record ClientOrigin(String address, String userAgent) {
    /** Gecko only: Firefox on iOS, which calls itself FxiOS, is a WebKit. */
    private static final Pattern FIREFOX = Pattern.compile("\\bFirefox/([0-9.]{1,20})");

    /**
     * LiveKit takes the browser from the User-Agent where the client does not name it, and livekit-client never does. Nodes
     * treat Firefox in its own way; of others nothing depends on it.
     */
    ClientInfo complete(ClientInfo client) {
        ClientInfo.Builder complete = client.toBuilder().setAddress(address);
        Matcher firefox = FIREFOX.matcher(userAgent);
        if (client.getBrowser().isEmpty() && firefox.find()) {
            complete.setBrowser("firefox").setBrowserVersion(firefox.group(1));
        }
        return complete.build();
    }
}
