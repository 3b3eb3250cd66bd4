// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import java.util.List;
import java.util.Map;
import java.util.Set;
import livekit.LivekitModels.ParticipantInfo;

/**
 * What events of one key lead to, all at once or not at all.
 *
 * @param before as it was read; if it is another by now nothing is taken in
 * @param joined by identity
 * @param left identities
 * @param deliveries in their order; those that are there already are passed over
 */
public record Intake(
        String key,
        KeyProgress before,
        KeyProgress after,
        Map<String, ParticipantInfo> joined,
        Set<String> left,
        List<Delivery> deliveries) {
    /** Deliveries that stand for themselves. */
    public static Intake of(String key, List<Delivery> deliveries) {
        return new Intake(key, KeyProgress.NONE, KeyProgress.NONE, Map.of(), Set.of(), deliveries);
    }
}
