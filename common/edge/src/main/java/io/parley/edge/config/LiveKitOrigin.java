// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

import org.springframework.boot.origin.Origin;

/** @param place of the key: a line of a file, a flag, a variable */
record LiveKitOrigin(String key, String place) implements Origin {
    @Override
    public String toString() {
        return key + ", " + place;
    }
}
