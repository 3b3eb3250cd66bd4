// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import livekit.LivekitModels.ParticipantInfo;

/** Updates about many participants as several messages: SDKs take a megabyte or so (Swift's WebSockets, for one). */
public final class ParticipantBatches {
    /** LiveKit: update_batch_target_size. A single participant may be larger than that. */
    public static final int TARGET_BYTES = 128 << 10;

    private ParticipantBatches() {}

    /** @return the same in order, none empty */
    public static <T> List<List<T>> of(List<T> participants, Function<T, ParticipantInfo> info) {
        List<List<T>> batches = new ArrayList<>();
        List<T> batch = new ArrayList<>();
        int sizeBytes = 0;
        for (T participant : participants) {
            int ofOneBytes = info.apply(participant).getSerializedSize();
            if (!batch.isEmpty() && sizeBytes + ofOneBytes > TARGET_BYTES) {
                batches.add(batch);
                batch = new ArrayList<>();
                sizeBytes = 0;
            }
            batch.add(participant);
            sizeBytes += ofOneBytes;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
