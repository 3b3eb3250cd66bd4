// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import java.util.List;

/** What a strict decoder of one codec checks; {@link PictureReceiver} does what all have in common. */
public interface DecoderModel {
    /** @throws AssertionError if the payload is broken */
    boolean startsFrame(byte[] payload);

    boolean startsKeyFrame(byte[] payload);

    /** Whether a frame begins here whose reference was decoded, or which needs none. */
    boolean isDecodable(byte[] payload);

    /** For people. */
    String describe(byte[] payload);

    /**
     * Decodes a complete frame, which follows the last one without a gap or is a key frame.
     *
     * @throws AssertionError if a decoder could not, or would show it in the wrong order
     */
    SyntheticFrame decode(List<byte[]> payloads);
}
