// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.node;

import io.parley.api.id.NodeId;
import io.parley.engine.event.RoomEvent;
import java.util.function.Consumer;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes what happens in the node's rooms into the log: a line an event, with what it is about as key-values. */
final class RoomEventLog implements Consumer<RoomEvent> {
    private static final Logger log = LoggerFactory.getLogger(RoomEventLog.class);

    private final NodeId node;

    RoomEventLog(NodeId node) {
        this.node = node;
    }

    @Override
    public void accept(RoomEvent event) {
        LoggingEventBuilder line = log.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("room", event.stamp().room().getName());
        switch (event) {
            case RoomEvent.RoomStarted started ->
                line.addKeyValue("sid", started.stamp().room().getSid()).log("room started");
            case RoomEvent.RoomTakenOver taken ->
                line.addKeyValue("sid", taken.stamp().room().getSid()).log("room taken over");
            case RoomEvent.RoomFinished finished ->
                line.addKeyValue("sid", finished.stamp().room().getSid())
                        .addKeyValue("reason", finished.reason())
                        .log("room finished");
            case RoomEvent.ParticipantJoined(RoomEvent.Stamp stamp, ParticipantInfo participant) ->
                of(participant, line).addKeyValue("sid", participant.getSid()).log("participant joined");
            case RoomEvent.ParticipantActive(RoomEvent.Stamp stamp, ParticipantInfo participant) ->
                of(participant, line)
                        .addKeyValue("afterMs", stamp.atMs() - participant.getJoinedAtMs())
                        .log("participant active");
            case RoomEvent.ParticipantLeft(RoomEvent.Stamp stamp, ParticipantInfo participant, boolean wasActive) ->
                of(participant, line)
                        .addKeyValue("reason", participant.getDisconnectReason())
                        .log("participant left");
            case RoomEvent.TrackPublished(RoomEvent.Stamp stamp, ParticipantInfo participant, TrackInfo track) ->
                of(participant, line)
                        .addKeyValue("track", track.getSid())
                        .addKeyValue("source", track.getSource())
                        .addKeyValue("mimeType", track.getMimeType())
                        .log("track published");
            case RoomEvent.TrackUnpublished(RoomEvent.Stamp stamp, ParticipantInfo participant, TrackInfo track) ->
                of(participant, line).addKeyValue("track", track.getSid()).log("track unpublished");
        }
    }

    private static LoggingEventBuilder of(ParticipantInfo participant, LoggingEventBuilder line) {
        return line.addKeyValue("participant", participant.getIdentity());
    }
}
