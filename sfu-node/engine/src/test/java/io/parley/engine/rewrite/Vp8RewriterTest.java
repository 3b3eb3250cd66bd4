// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.rtc.rtp.codec.Vp8Descriptor;
import org.junit.jupiter.api.Test;

class Vp8RewriterTest {
    private final Vp8Rewriter rewriter = new Vp8Rewriter();
    private final Vp8Descriptor descriptor = new Vp8Descriptor();

    @Test
    void pictureIdsRunOnOverASwitchAndAcrossTheWrap() {
        byte[] last = payload(0x7FFF, 255);
        rewriter.rewrite(last, 0, last.length);
        byte[] first = payload(12, 9);
        rewriter.switchTo(first, 0, first.length);
        rewriter.rewrite(first, 0, first.length);
        assertThat(descriptor.wrap(first, 0, first.length)).isTrue();
        assertThat(descriptor.pictureId()).isZero();
        assertThat(descriptor.tl0PicIdx()).isZero();
        byte[] next = payload(13, 10);
        rewriter.rewrite(next, 0, next.length);
        descriptor.wrap(next, 0, next.length);
        assertThat(descriptor.pictureId()).isEqualTo(1);
        assertThat(descriptor.tl0PicIdx()).isEqualTo(1);
    }

    @Test
    void aRetransmissionLooksAsItDidWhenItWasSent() {
        byte[] before = payload(100, 5);
        int applied = rewriter.rewrite(before, 0, before.length);
        byte[] other = payload(5000, 77);
        rewriter.switchTo(other, 0, other.length);
        rewriter.rewrite(other, 0, other.length);
        byte[] again = payload(100, 5);
        rewriter.rewriteAs(applied, again, 0, again.length);
        assertThat(again).isEqualTo(before);
        byte[] sent = payload(5001, 78);
        int appliedLater = rewriter.rewrite(sent, 0, sent.length);
        byte[] resent = payload(5001, 78);
        rewriter.rewriteAs(appliedLater, resent, 0, resent.length);
        assertThat(resent).isEqualTo(sent);
    }

    @Test
    void aLatePictureDoesNotTurnTheIdsBack() {
        byte[] newest = payload(100, 5);
        rewriter.rewrite(newest, 0, newest.length);
        byte[] late = payload(98, 4);
        rewriter.rewrite(late, 0, late.length);
        byte[] other = payload(5000, 77);
        rewriter.switchTo(other, 0, other.length);
        rewriter.rewrite(other, 0, other.length);
        descriptor.wrap(other, 0, other.length);
        assertThat(descriptor.pictureId()).isEqualTo(101);
        assertThat(descriptor.tl0PicIdx()).isEqualTo(6);
    }

    @Test
    void leavesPayloadsWithoutPictureIdAlone() {
        byte[] plain = {0x10, 0, 1, 2, 3};
        byte[] copy = plain.clone();
        rewriter.switchTo(plain, 0, plain.length);
        rewriter.rewrite(plain, 0, plain.length);
        assertThat(plain).isEqualTo(copy);
    }

    private static byte[] payload(int pictureId, int tl0) {
        return new byte[] {
            (byte) 0x90, (byte) 0xC0, (byte) (0x80 | pictureId >>> 8), (byte) pictureId, (byte) tl0, 0, 42
        };
    }
}
