// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import io.parley.api.token.Limit;
import io.parley.api.token.ParticipantLimits;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import org.jspecify.annotations.Nullable;

/** What a participant, or a server, changes of its name, metadata and attributes, in LiveKit's way. */
final class Changes {
    private Changes() {}

    /**
     * Empty name or metadata leave things as they are, an empty attribute value deletes the attribute.
     *
     * @param limit on attributes
     * @return null if attributes would become too large: LiveKit looks at the request alone, and many small ones add up to
     *     what nobody can be told any more
     */
    static ParticipantInfo.@Nullable Builder apply(
            ParticipantInfo info, String name, String metadata, Map<String, String> attributes, Limit limit) {
        ParticipantInfo.Builder builder = info.toBuilder();
        if (!name.isEmpty()) {
            builder.setName(name);
        }
        if (!metadata.isEmpty()) {
            builder.setMetadata(metadata);
        }
        attributes.forEach((key, value) -> {
            if (value.isEmpty()) {
                builder.removeAttributes(key);
            } else {
                builder.putAttributes(key, value);
            }
        });
        int size = ParticipantLimits.sizeOf(builder.getAttributesMap());
        boolean isTooMuch = limit.isExceededBy(size) && size > ParticipantLimits.sizeOf(info.getAttributesMap());
        return isTooMuch ? null : builder;
    }
}
