// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.seat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.parley.api.id.ParticipantSid;
import io.parley.engine.relay.TrackRegistry;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.stream.SendStream;
import livekit.LivekitModels.TrackInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    private final Subscription subscription =
            new Subscription(new ParticipantSid("PA_1"), 0, TrackInfo.getDefaultInstance());
    private final SendStream stream = new SendStream(1, 2, "0", "PA_1", 96, 97, 90_000, 1);
    private final TrackRegistry.Watcher watcher = new TrackRegistry.Watcher() {
        @Override
        public void onTrack(long nowNs, UpTrack track) {}

        @Override
        public void onBug(Throwable bug) {}
    };

    @BeforeEach
    void want() {
        subscription.isWanted = true;
    }

    @Test
    void needsASectionUntilItHasOne() {
        assertThat(subscription.needsSection()).isTrue();
        subscription.place("0", 0, stream);
        assertThat(subscription.needsSection()).isFalse();
        assertThat(subscription.isStarted()).isFalse();
        subscription.start(watcher);
        assertThat(subscription.hasSection()).isTrue();
        assertThat(subscription.isStarted()).isTrue();
    }

    @Test
    void keepsNothingOfASectionThatItLeft() {
        subscription.place("0", 0, stream);
        subscription.start(watcher);
        subscription.leaveSection();
        assertThat(subscription.mid()).isEmpty();
        assertThat(subscription.stream()).isNull();
        assertThat(subscription.watcher()).isNull();
        assertThat(subscription.needsSection()).isTrue();
    }

    @Test
    void waitsForNoSectionWhenTheClientCanNotDecodeIt() {
        subscription.refuse();
        assertThat(subscription.needsSection()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> subscription.place("0", 0, stream));
    }

    @Test
    void isStartedOnlyInASection() {
        assertThatIllegalStateException().isThrownBy(() -> subscription.start(watcher));
        assertThatIllegalStateException().isThrownBy(subscription::leaveSection);
    }
}
