// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import livekit.LivekitModels.SimulcastCodecInfo;
import livekit.LivekitModels.TrackInfo;
import org.jspecify.annotations.Nullable;

/** One track that this participant publishes: from add_track on pending, with a media section for one of its codecs bound. */
final class Publication {
    private final long announcedAtNs;

    /** The client's name of the announcement. */
    private final String cid;

    private TrackInfo info;
    private final List<PublishedCodec> codecs;

    /** @param info with each codec that it may have */
    Publication(long nowNs, TrackInfo info, String cid) {
        this.announcedAtNs = nowNs;
        this.info = info;
        this.cid = cid;
        this.codecs = IntStream.range(0, info.getCodecsCount())
                .mapToObj(index -> new PublishedCodec(this, index))
                .toList();
    }

    TrackInfo info() {
        return info;
    }

    void update(TrackInfo changed) {
        info = changed;
    }

    /** The first is the one that everybody gets who can take it. */
    List<PublishedCodec> codecs() {
        return codecs;
    }

    /** The client's names of the track and its codecs. */
    List<String> cids() {
        List<String> cids = new ArrayList<>(List.of(cid));
        info.getCodecsList().stream()
                .map(SimulcastCodecInfo::getCid)
                .filter(ofCodec -> !ofCodec.isEmpty())
                .forEach(cids::add);
        return cids;
    }

    /** The codec that the client calls so, or null. */
    @Nullable
    PublishedCodec find(String wanted) {
        for (PublishedCodec codec : codecs) {
            if (!wanted.isEmpty() && codec.info().getCid().equals(wanted)) {
                return codec;
            }
        }
        return cid.equals(wanted) ? codecs.getFirst() : null;
    }

    /** Announced for as long, and no section came for it. A muted one may take its time. */
    boolean isOverdue(long nowNs, long afterNs) {
        return !isBound() && !info.getMuted() && nowNs - announcedAtNs >= afterNs;
    }

    boolean isBound() {
        return codecs.stream().anyMatch(PublishedCodec::isBound);
    }
}
