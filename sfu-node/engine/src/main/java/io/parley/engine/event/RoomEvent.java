// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.event;

import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;

/** One change of a room's state. Events of all rooms are ordered by (room sid, epoch, sequence). */
public sealed interface RoomEvent {
    /**
     * Which room, and which of its events.
     *
     * @param room as it is after the change
     * @param epoch of the node's claim on the room: a later claim's events make those of an earlier one void
     * @param sequence 1 for the first that the room's home made, and one more for each that followed
     * @param atMs milliseconds since 1970
     */
    record Stamp(Room room, long epoch, long sequence, long atMs) {}

    Stamp stamp();

    record RoomStarted(Stamp stamp) implements RoomEvent {}

    /** Its home is here from now on: the one that had it before is gone, with whoever was in it and has not left by then. */
    record RoomTakenOver(Stamp stamp) implements RoomEvent {}

    /**
     * Nobody is in it any more, and who comes by its name comes into another room.
     *
     * @param reason what whoever was in it is told
     */
    record RoomFinished(Stamp stamp, DisconnectReason reason) implements RoomEvent {}

    /** The home let it in; its media can't flow yet. */
    record ParticipantJoined(Stamp stamp, ParticipantInfo participant) implements RoomEvent {}

    /** Its media can flow. */
    record ParticipantActive(Stamp stamp, ParticipantInfo participant) implements RoomEvent {}

    /**
     * @param participant with the reason, and without its tracks, of which each has been unpublished before
     * @param wasActive whether its media could flow
     */
    record ParticipantLeft(Stamp stamp, ParticipantInfo participant, boolean wasActive) implements RoomEvent {}

    record TrackPublished(Stamp stamp, ParticipantInfo participant, TrackInfo track) implements RoomEvent {}

    record TrackUnpublished(Stamp stamp, ParticipantInfo participant, TrackInfo track) implements RoomEvent {}
}
