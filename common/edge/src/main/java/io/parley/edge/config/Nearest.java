// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody may have meant who wrote something else. */
final class Nearest {
    private Nearest() {}

    /** @return ": did you mean …?" where something known is near, else "" */
    static String suggestion(String unknown, Collection<String> known) {
        return to(unknown, known).map(near -> ": did you mean " + near + "?").orElse("");
    }

    /** The known one with the fewest wrong letters, of which a quarter may be; else one in another section, by its last name. */
    static Optional<String> to(String unknown, Collection<String> known) {
        int allowed = Math.max(2, unknown.length() / 4);
        return known.stream()
                .filter(candidate -> distance(unknown, candidate) <= allowed)
                .min(Comparator.comparingInt((String candidate) -> distance(unknown, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .or(() -> known.stream()
                        .filter(candidate -> lastName(candidate).equals(lastName(unknown)))
                        .sorted()
                        .findFirst());
    }

    private static String lastName(String key) {
        return key.substring(key.lastIndexOf('.') + 1).replace('_', '-');
    }

    /** Letters to insert, leave out, replace or swap with the next (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    table[i][j] = i + j;
                    continue;
                }
                boolean isSame = a.charAt(i - 1) == b.charAt(j - 1);
                table[i][j] = Math.min(
                        table[i - 1][j - 1] + (isSame ? 0 : 1), 1 + Math.min(table[i - 1][j], table[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
                }
            }
        }
        return table[a.length()][b.length()];
    }
}
