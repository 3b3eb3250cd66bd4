// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import io.parley.rtc.rtp.codec.Vp8Descriptor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A strict VP8 decoder: picture ids and TL0PICIDX go on modulo their sizes, and references were decoded. */
public final class Vp8Decoder implements DecoderModel {
    /** How far ids may run ahead over a switch: frames that were begun there and never came whole. */
    private static final int MAX_ID_STEP = 120;

    private final Vp8Descriptor descriptor = new Vp8Descriptor();
    private @Nullable SyntheticFrame last;
    private int lastBits;
    private int lastPictureId;
    private int lastTl0PicIdx;

    /** Numbers of the frames of the present source since its key frame. */
    private final Set<Integer> decoded = new HashSet<>();

    @Override
    public boolean startsFrame(byte[] payload) {
        wrap(payload);
        return descriptor.isStartOfFrame();
    }

    @Override
    public boolean startsKeyFrame(byte[] payload) {
        wrap(payload);
        return descriptor.isKeyFrame();
    }

    @Override
    public boolean isDecodable(byte[] payload) {
        SyntheticFrame frame = read(payload);
        SyntheticFrame before = last;
        return descriptor.isStartOfFrame()
                && (frame.isKeyFrame()
                        || (before != null && frame.isOfSameSource(before) && decoded.contains(frame.reference())));
    }

    @Override
    public String describe(byte[] payload) {
        SyntheticFrame frame = read(payload);
        return (descriptor.isStartOfFrame() ? "start of " : "") + frame;
    }

    @Override
    public SyntheticFrame decode(List<byte[]> payloads) {
        SyntheticFrame frame = read(payloads.getFirst());
        boolean isKeyFrame = descriptor.isKeyFrame();
        int bits = descriptor.pictureIdBits();
        int pictureId = descriptor.pictureId();
        int tl0PicIdx = descriptor.tl0PicIdx();
        for (byte[] payload : payloads) {
            require(read(payload).equals(frame), "packets of several frames under one timestamp", frame);
            require(descriptor.pictureId() == pictureId, "several picture ids in one frame", frame);
            require(descriptor.tl0PicIdx() == tl0PicIdx, "several TL0PICIDX in one frame", frame);
            require(descriptor.temporalId() == frame.temporalId(), "another temporal id", frame);
        }
        require(isKeyFrame == frame.isKeyFrame(), "a key frame is not what it seems", frame);
        SyntheticFrame before = last;
        if (before != null) {
            require(bits == lastBits, "another size of picture id", frame);
            int idStep = pictureId - lastPictureId & (1 << bits) - 1;
            int tl0Step = tl0PicIdx - lastTl0PicIdx & 0xFF;
            boolean isSameSource = frame.isOfSameSource(before);
            boolean goesOn = isSameSource
                    && idStep == (frame.pictureId() - before.pictureId() & (1 << bits) - 1)
                    && tl0Step == (frame.tl0PicIdx() - before.tl0PicIdx() & 0xFF);
            boolean stepsOn = idStep >= 1 && idStep <= MAX_ID_STEP && tl0Step >= 1 && tl0Step <= MAX_ID_STEP;
            require(goesOn || (isKeyFrame && stepsOn), "ids jump by " + idStep + " and " + tl0Step, frame);
        }
        if (isKeyFrame) {
            decoded.clear();
        } else {
            require(before != null && frame.isOfSameSource(before), "another layer without a key frame", frame);
            require(decoded.contains(frame.reference()), "its reference never came", frame);
        }
        decoded.add(frame.number());
        last = frame;
        lastBits = bits;
        lastPictureId = pictureId;
        lastTl0PicIdx = tl0PicIdx;
        return frame;
    }

    private SyntheticFrame read(byte[] payload) {
        wrap(payload);
        return SyntheticFrame.read(payload, descriptor.length() + (descriptor.isStartOfFrame() ? 1 : 0));
    }

    private void wrap(byte[] payload) {
        if (!descriptor.wrap(payload, 0, payload.length)) {
            throw new AssertionError("VP8 descriptor is broken");
        }
    }

    private void require(boolean holds, String what, SyntheticFrame frame) {
        if (!holds) {
            throw new AssertionError(what + ": " + frame + " after " + last);
        }
    }
}
