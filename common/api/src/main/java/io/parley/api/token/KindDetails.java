// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import livekit.LivekitModels.ParticipantInfo.KindDetail;

/** Words of the claim "kindDetails", and the numbers that ParticipantInfo has for them. */
final class KindDetails {
    /** Which the generated enum does not know. */
    private static final Map<String, Integer> BY_WORD = new HashMap<>(Map.of("simulation", 5));

    static {
        for (KindDetail detail : KindDetail.values()) {
            if (detail != KindDetail.UNRECOGNIZED) {
                BY_WORD.put(detail.name().toLowerCase(Locale.ROOT), detail.getNumber());
            }
        }
    }

    private KindDetails() {}

    /** Those that are known, each once. */
    static List<Integer> numbers(List<?> words) {
        return words.stream()
                .map(word -> BY_WORD.get(String.valueOf(word).toLowerCase(Locale.ROOT)))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    static List<String> words(List<Integer> numbers) {
        return BY_WORD.entrySet().stream()
                .filter(word -> numbers.contains(word.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
