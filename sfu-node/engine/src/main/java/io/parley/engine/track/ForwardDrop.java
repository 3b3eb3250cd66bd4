// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.track;

/** Why a packet of a track was not stored, not handed to a subscriber, or not sent again. */
public enum ForwardDrop {
    /** It had come before. */
    DUPLICATE,
    /** Its SSRC was replaced by another one of the same layer. */
    SUPERSEDED,
    /** Of another codec than the track's. */
    OTHER_CODEC,
    /** Larger than a ring takes. */
    TOO_LARGE,
    /** The track went while the packet was on its way between shards. */
    NO_TRACK,
    /** The subscriber switched the track off. */
    DISABLED,
    /** The subscriber's connection is not there yet. */
    NOT_CONNECTED,
    /** A decoder can't begin here. Long stretches: the publisher sends no key frames. */
    AWAITING_KEY_FRAME,
    /** Of a layer that the subscriber does not get now. */
    OTHER_LAYER,
    /** Of before the subscriber's last switch. */
    LEFT_BEHIND,
    /** So late that neither we nor the subscriber remember its place. */
    TOO_OLD,
    /** Asked for, but never sent. */
    NEVER_SENT,
    /** Asked for again and again, or too soon. */
    RESENT_ENOUGH,
    /** Asked for when the ring had it no more. */
    OVERWRITTEN
}
