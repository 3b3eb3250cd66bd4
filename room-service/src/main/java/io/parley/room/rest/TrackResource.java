// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import java.util.List;
import livekit.LivekitModels.Encryption;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitModels.TrackType;
import livekit.LivekitModels.VideoLayer;

/** LiveKit's TrackInfo. */
record TrackResource(
        @Field(value = "Of this publication.", example = "TR_VCkq3dLwWvyoQx")
        String sid,

        @Field(value = "As its publisher calls it.", example = "camera")
        String name,

        @Field(value = "What it carries.", example = "video")
        TrackType type,

        @Field(value = "Where it comes from.", example = "camera")
        TrackSource source,

        @Field(value = "Whether its publisher, or the server for it, holds it back.", example = "false")
        boolean muted,

        @Field(value = "Of its codec.", example = "video/VP8")
        String mimeType,

        @Field(value = "Pixels, of video.", example = "1280")
        int width,

        @Field(value = "Pixels, of video.", example = "720") int height,

        @Field("The sizes that it comes in.") List<Layer> layers,

        @Field(value = "Of two channels, if it is audio.", example = "false")
        boolean stereo,

        @Field(value = "The media stream that it belongs to.", example = "camera")
        String stream,

        @Field(value = "What keeps it from the server.", example = "none")
        Encryption.Type encryption) {
    /** One of the sizes of a video track. */
    record Layer(
            @Field(value = "Pixels.", example = "640") int width,
            @Field(value = "Pixels.", example = "360") int height,

            @Field(value = "Bits a second.", example = "500000")
            int bitrate) {}

    @SuppressWarnings("deprecation") // layers and stereo: older clients announce them here alone
    static TrackResource of(TrackInfo track) {
        return new TrackResource(
                track.getSid(),
                track.getName(),
                track.getType(),
                track.getSource(),
                track.getMuted(),
                track.getMimeType(),
                track.getWidth(),
                track.getHeight(),
                track.getLayersList().stream().map(TrackResource::layer).toList(),
                track.getStereo(),
                track.getStream(),
                track.getEncryption());
    }

    private static Layer layer(VideoLayer layer) {
        return new Layer(layer.getWidth(), layer.getHeight(), layer.getBitrate());
    }
}
