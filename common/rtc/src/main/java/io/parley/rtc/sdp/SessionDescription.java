// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session description: what JSEP keeps at session level, and the m-sections in their order. */
public final class SessionDescription {
    public final long sessionId;
    public final long version;
    public boolean iceLite;
    public boolean extmapAllowMixed;

    /** The mids of a=group:BUNDLE (RFC 9143); empty without a bundle. */
    public final List<String> bundle = new ArrayList<>();

    public final List<MediaDescription> media = new ArrayList<>();

    public SessionDescription(long sessionId, long version) {
        this.sessionId = sessionId;
        this.version = version;
    }

    public @Nullable MediaDescription byMid(String mid) {
        for (MediaDescription section : media) {
            if (section.mid.equals(mid)) {
                return section;
            }
        }
        return null;
    }

    /** Reads SDP text. @throws SdpException naming the line that is wrong */
    public static SessionDescription parse(String text) {
        return new SdpParser().parse(text);
    }

    /** Writes SDP text with CRLF line ends. */
    public String format() {
        return new SdpWriter(this).write();
    }
}
