// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.id.RoomName;
import io.parley.engine.event.RoomEvent;
import io.parley.engine.layer.LiveLayers;
import io.parley.engine.message.AgentPort;
import io.parley.engine.message.RoomView;
import io.parley.engine.message.ShardMessage;
import io.parley.engine.message.ShardPort;
import io.parley.engine.track.MediaPacket;
import io.parley.engine.track.TrackConsumer;
import io.parley.engine.track.TrackHost;
import io.parley.engine.track.UpTrack;
import io.parley.rtc.rtp.codec.PayloadCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two shards' registries, each message between them delivered when the test says so. */
class TrackRegistryTest {
    private static final int PUBLISHERS = 0;
    private static final int SUBSCRIBERS = 1;
    private static final String TRACK = "TR_a";

    private final Wire toPublishers = new Wire();
    private final Wire toSubscribers = new Wire();
    private final TrackRegistry publishers = new TrackRegistry(PUBLISHERS, toSubscribers);
    private final TrackRegistry subscribers = new TrackRegistry(SUBSCRIBERS, toPublishers);
    private final List<Integer> keyFramesAsked = new ArrayList<>();
    private final UpTrack track = new UpTrack(PayloadCodec.VP8, 90_000, keyFramesAsked::add, new TrackHost());
    private final Subscriber alice = new Subscriber();
    private final Subscriber bob = new Subscriber();
    private long extSeq = 70_000;

    @Test
    void theFirstSubscriberOpensARelayAndTheLastClosesIt() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        assertThat(toPublishers.messages).hasSize(1);
        deliverAll();
        send();
        assertThat(alice.packets).hasSize(1);
        assertThat(bob.packets).hasSize(1);

        subscribers.release(TRACK, alice);
        deliverAll();
        assertThat(track.hasConsumers()).isTrue();
        subscribers.release(TRACK, bob);
        deliverAll();
        assertThat(track.hasConsumers()).isFalse();
        assertThat(subscribers.size()).isZero();
    }

    @Test
    void aTrackOfItsOwnShardIsThereAtOnce() {
        publishers.publish(TRACK, track);
        publishers.acquire(0, TRACK, PUBLISHERS, alice);
        send();
        assertThat(alice.packets).hasSize(1);
    }

    @Test
    void keyFramesAreAskedOfThePublisherAndReportsComeToTheSubscriber() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        deliverAll();
        UpTrack mirror = alice.tracks.getFirst();
        mirror.requestKeyFrame(0, 1);
        publishers.onSenderReport(TRACK, 1, 5, 6, 7);
        deliverAll();
        assertThat(keyFramesAsked).containsExactly(1);
        assertThat(mirror.layer(1).hasSenderReport()).isTrue();
    }

    /**
     * Any two subscribers could bring this about: one leaves before the relay that it asked for was answered, and the
     * relay of another track, which had the same handle as "none yet", went dead.
     */
    @Test
    void givingUpATrackThatNeverOpenedLeavesOtherRelaysAlone() {
        UpTrack other = new UpTrack(PayloadCodec.VP8, 90_000, keyFramesAsked::add, new TrackHost());
        publishers.publish("TR_other", other);
        subscribers.acquire(0, "TR_other", PUBLISHERS, alice);
        deliverAll();
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        subscribers.release(TRACK, bob);
        deliverAll();
        other.onPacket(0, packet());
        deliverAll();
        assertThat(alice.packets).hasSize(1);
    }

    /**
     * Whoever unsubscribes and subscribes again faster than the publisher's shard answers: the answer to the first
     * request came to the second one's mirror, and the packets under another handle.
     */
    @Test
    void aRelayOpenedTwiceInFlightCarriesTheSecond() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        subscribers.release(TRACK, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        deliverAll();
        send();
        assertThat(alice.packets).isEmpty();
        assertThat(bob.packets).hasSize(1);
        assertThat(bob.tracks).hasSize(1);
        subscribers.release(TRACK, bob);
        deliverAll();
        assertThat(track.hasConsumers()).isFalse();
    }

    /** The same, and the answers come late: one before the second request is read, one after. */
    @Test
    void aLateAnswerToAnEarlierRequestChangesNothing() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        toPublishers.deliverOne(publishers);
        track.onPacket(0, packet());
        subscribers.release(TRACK, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        toSubscribers.deliverOne(subscribers); // opened, but not for bob
        toSubscribers.deliverOne(subscribers); // and its packet
        assertThat(bob.tracks).isEmpty();
        deliverAll();
        send();
        assertThat(bob.packets).hasSize(1);
    }

    @Test
    void nothingIsRelayedOfATrackThatIsGone() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        deliverAll();
        publishers.unpublish(TRACK);
        assertThat(track.hasConsumers()).isFalse();
        subscribers.acquire(0, "TR_unknown", PUBLISHERS, bob);
        deliverAll();
        assertThat(bob.tracks).isEmpty();
        subscribers.release(TRACK, alice);
        subscribers.release("TR_unknown", bob);
        deliverAll();
        assertThat(publishers.size() + subscribers.size()).isZero();
    }

    /** A packet that the mirror itself can't take, by a bug: its watchers end, and with the last of them the relay. */
    @Test
    void whatAMirrorThrowsEndsItsWatchers() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        int handle = ((ShardMessage.RelayOpen) toPublishers.messages.element()).handle();
        deliverAll();
        MediaPacket broken = packet();
        broken.layer = LiveLayers.MAX_LAYERS;
        subscribers.onRelayPacket(0, handle, broken);
        assertThat(alice.bugs).hasSize(1);
        assertThat(bob.bugs).hasSize(1);
    }

    /** What one watcher does may end another's: it is told nothing any more. */
    @Test
    void aWatcherThatIsReleasedWhileATrackComesHearsNothing() {
        publishers.publish(TRACK, track);
        alice.onTrack = () -> subscribers.release(TRACK, bob);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        deliverAll();
        assertThat(alice.tracks).hasSize(1);
        assertThat(bob.tracks).isEmpty();
    }

    /** A queue between the shards was full, and the request or its answer is gone: subscribers would wait for ever. */
    @Test
    void relaysBeginAnewWhenMessagesGotLost() {
        publishers.publish(TRACK, track);
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        toPublishers.messages.clear();
        reset();
        deliverAll();
        send();
        assertThat(alice.packets).hasSize(1);

        reset();
        deliverAll();
        send();
        assertThat(alice.tracks).hasSize(1);
        assertThat(alice.packets).hasSize(2);
        subscribers.release(TRACK, alice);
        deliverAll();
        assertThat(track.hasConsumers()).isFalse();
    }

    /** One subscriber that throws does not keep the others from their packets. */
    @Test
    void whatOneSubscriberThrowsTheOthersDoNotMiss() {
        publishers.publish(TRACK, track);
        alice.isBroken = true;
        subscribers.acquire(0, TRACK, PUBLISHERS, alice);
        subscribers.acquire(0, TRACK, PUBLISHERS, bob);
        deliverAll();
        send();
        assertThat(alice.bugs).hasSize(1);
        assertThat(bob.packets).hasSize(1);
        assertThat(bob.bugs).isEmpty();
    }

    private void reset() {
        publishers.reset(SUBSCRIBERS);
        subscribers.reset(PUBLISHERS);
    }

    private void send() {
        track.onPacket(0, packet());
        deliverAll();
    }

    private MediaPacket packet() {
        MediaPacket packet = new MediaPacket();
        packet.extSeq = extSeq++;
        packet.extTs = 1L << 32;
        packet.buf = new byte[100];
        packet.len = 100;
        return packet;
    }

    private void deliverAll() {
        while (toPublishers.deliverOne(publishers) || toSubscribers.deliverOne(subscribers)) {
            // until both are silent
        }
    }

    /** What is under way to one of the two shards. */
    private static final class Wire implements ShardPort {
        private record Relayed(int handle, MediaPacket packet) {}

        final ArrayDeque<Object> messages = new ArrayDeque<>();

        boolean deliverOne(TrackRegistry target) {
            switch (messages.poll()) {
                case null -> {
                    return false;
                }
                case Relayed(int handle, MediaPacket packet) -> target.onRelayPacket(0, handle, packet);
                case ShardMessage.RelayOpen open -> target.onRelayOpen(open);
                case ShardMessage.RelayClose close -> target.onRelayClose(close);
                case ShardMessage.RelayOpened opened -> target.onRelayOpened(0, opened);
                case ShardMessage.RelayKeyFrame request ->
                    target.onRelayKeyFrame(0, request.trackSid(), request.layer());
                case ShardMessage.RelayReport report -> target.onRelayReport(report);
                case Object other -> throw new AssertionError("no matter of relays: " + other);
            }
            return true;
        }

        @Override
        public void send(int shard, ShardMessage message) {
            messages.add(message);
        }

        @Override
        public boolean sendLossy(int shard, Object source, int sizeBytes, ShardMessage message) {
            messages.add(message);
            return true;
        }

        @Override
        public void relay(int shard, int handle, MediaPacket packet) {
            MediaPacket copy = new MediaPacket();
            copy.extSeq = packet.extSeq;
            copy.extTs = packet.extTs;
            copy.buf = Arrays.copyOfRange(packet.buf, packet.off, packet.off + packet.len);
            copy.len = packet.len;
            messages.add(new Relayed(handle, copy));
        }

        @Override
        public void publish(RoomName room, RoomView view) {
            throw new AssertionError("a registry knows no rooms");
        }

        @Override
        public AgentPort agents() {
            return AgentPort.NONE;
        }

        @Override
        public void emit(RoomEvent event) {
            // nobody listens
        }

        @Override
        public void withdraw(RoomName room, long epoch) {
            throw new AssertionError("a registry knows no rooms");
        }
    }

    private static final class Subscriber implements TrackRegistry.Watcher, TrackConsumer {
        final List<UpTrack> tracks = new ArrayList<>();
        final List<Long> packets = new ArrayList<>();
        final List<Throwable> bugs = new ArrayList<>();
        boolean isBroken;
        Runnable onTrack = () -> {};

        @Override
        public void onTrack(long nowNs, UpTrack arrived) {
            onTrack.run();
            tracks.add(arrived);
            arrived.addConsumer(this);
        }

        @Override
        public void onPacket(long nowNs, MediaPacket packet) {
            if (isBroken) {
                throw new IllegalStateException("a bug");
            }
            packets.add(packet.extSeq);
        }

        @Override
        public void onBug(Throwable bug) {
            bugs.add(bug);
        }
    }
}
