// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

/** Where seats are, and how many peer connections clients have. */
enum Arrangement {
    ONE_SHARD(false, true),
    SCATTERED(true, true),
    ONE_SHARD_TWO_CONNECTIONS(false, false),
    SCATTERED_TWO_CONNECTIONS(true, false);

    /** Each seat on another shard than its room's home, which is shard 0. */
    final boolean isScattered;

    /** One peer connection for both directions. */
    final boolean isSingle;

    Arrangement(boolean isScattered, boolean isSingle) {
        this.isScattered = isScattered;
        this.isSingle = isSingle;
    }
}
