// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.testkit.Choices;
import io.parley.testkit.ScriptedClient;
import io.parley.testkit.SimulatedNetwork.Link;
import io.parley.testkit.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import livekit.LivekitModels.VideoQuality;
import livekit.LivekitRtc.UpdateTrackSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random rooms of simulcast publishers over a bad network. What holds all the time is the business of the clients' strict
 * decoders and of {@link SimulatedNode}; here what holds in the end: who may see something sees the best there is, and
 * nothing is left when all are gone.
 */
class RandomLayersSimTest {
    private static final int ACTIONS = 25;
    private static final long FIRST_SEED = 300;

    static LongStream seeds() {
        return Choices.seeds(FIRST_SEED, 8);
    }

    /** What a subscriber asked for of one track. */
    private static final class Wish {
        boolean isSubscribed = true;
        boolean isDisabled;
        int maxLayer = 2;
    }

    private static final class Member {
        final SimulatedParticipant participant;
        final Map<String, Wish> wishes = new HashMap<>();

        Member(SimulatedParticipant participant) {
            this.participant = participant;
        }

        Wish wish(String trackSid) {
            return wishes.computeIfAbsent(trackSid, unused -> new Wish());
        }
    }

    private static final class Script {
        final Choices choices;
        final SimulatedNode node;
        final List<Member> present = new ArrayList<>();

        Script(long seed) {
            // Three streams: a change of the script does not change the network's luck, nor the other way round.
            Choices root = Choices.ofSeed(seed);
            choices = root.fork();
            Simulation simulation = new Simulation(root.fork());
            node = new SimulatedNode(simulation, link(), Arrangement.values()[choices.between(0, 3)]);
        }

        private Link link() {
            return new Link(
                    choices.between(0, 8), choices.between(0, 3), choices.between(1, 40), choices.between(0, 30));
        }

        private Member any() {
            return present.get(choices.between(0, present.size() - 1));
        }

        private void note(String what) {
            node.simulation.note(what);
        }

        void act() {
            if (present.size() < 2) {
                join();
                return;
            }
            switch (choices.between(0, 13)) {
                case 0, 1 -> join();
                case 2 -> leave();
                case 3, 4, 5 -> changeSettings();
                case 6, 7 -> changeSubscription();
                case 8, 9 -> changeLayer();
                case 10 -> changeMute();
                case 11 -> restartLayer();
                case 12 -> {
                    Link link = link();
                    note("link " + link);
                    node.network.setLink(link);
                }
                default -> askForKeyFrames();
            }
        }

        private void join() {
            String identity = "p" + choices.between(0, 5);
            SimulatedParticipant participant = node.participant(identity);
            participant.media.pictureIdBits = choices.percent(20) ? 7 : 15;
            participant.media.paddingPercent = choices.percent(50) ? 10 : 0;
            note("join " + identity + " as number " + (present.size() + 1));
            present.removeIf(member -> member.participant.identity.equals(identity));
            present.add(new Member(participant.joinWithSimulcast("room")));
        }

        private void leave() {
            Member gone = present.remove(choices.between(0, present.size() - 1));
            boolean isVanishing = choices.nextBoolean();
            note(gone.participant.identity + (isVanishing ? " vanishes" : " leaves"));
            if (isVanishing) {
                gone.participant.vanish();
            } else {
                gone.participant.leave();
            }
        }

        private void changeSettings() {
            Member member = any();
            String trackSid = cameraOf(any(), member);
            if (trackSid.isEmpty()) {
                return;
            }
            Wish wish = member.wish(trackSid);
            wish.isDisabled = choices.percent(25);
            UpdateTrackSettings.Builder settings =
                    UpdateTrackSettings.newBuilder().addTrackSids(trackSid).setDisabled(wish.isDisabled);
            wish.maxLayer = choices.between(0, 2);
            settings.setQuality(VideoQuality.forNumber(wish.maxLayer));
            note(member.participant.identity + " wants of " + trackSid + " layer " + wish.maxLayer
                    + (wish.isDisabled ? ", disabled" : ""));
            member.participant.request(settings);
        }

        private void changeSubscription() {
            Member member = any();
            String trackSid = cameraOf(any(), member);
            if (!trackSid.isEmpty()) {
                Wish wish = member.wish(trackSid);
                wish.isSubscribed = choices.percent(60);
                note(member.participant.identity + (wish.isSubscribed ? " subscribes to " : " lets go of ") + trackSid);
                member.participant.subscribe(trackSid, wish.isSubscribed);
            }
        }

        /** The camera of a member, if another one knows of it. */
        private static String cameraOf(Member publisher, Member subscriber) {
            String trackSid = publisher.participant.cameraSid();
            return subscriber.participant.knows(trackSid) ? trackSid : "";
        }

        private void changeLayer() {
            Member member = any();
            int layer = choices.between(0, 2);
            ScriptedClient.Encoding encoding =
                    member.participant.camera().encodings().get(layer);
            encoding.isActive = choices.percent(60);
            note(member.participant.identity + (encoding.isActive ? " sends layer " : " stops layer ") + layer);
        }

        private void changeMute() {
            SimulatedParticipant participant = any().participant;
            ScriptedClient.Sent camera = participant.camera();
            camera.isMuted = choices.percent(40);
            note(participant.identity + (camera.isMuted ? " mutes" : " unmutes"));
            participant.mute(participant.cameraSid(), camera.isMuted);
        }

        private void restartLayer() {
            SimulatedParticipant participant = any().participant;
            int layer = choices.between(0, 2);
            note(participant.identity + " begins layer " + layer + " anew");
            participant.media.restart(
                    participant.camera(), participant.camera().encodings().get(layer));
        }

        private void askForKeyFrames() {
            Member member = any();
            String trackSid = cameraOf(any(), member);
            for (int i = 0; i < 20; i++) {
                member.participant.downlink.requestKeyFrame(trackSid);
            }
        }

        /** Everything calms down: each may see the best of what it wants. */
        void checkLiveness() {
            node.network.setLink(Link.PERFECT);
            node.simulation.runForMs(1_000);
            node.simulation.runUntil("everybody sees what it may", 10_000, () -> unseen().isEmpty());
            node.simulation.runForMs(1_500);
            assertThat(unseen()).as("still").isEmpty();
        }

        private List<String> unseen() {
            List<String> unseen = new ArrayList<>();
            for (Member viewer : present) {
                for (Member publisher : present) {
                    if (viewer != publisher) {
                        String what = unseen(viewer, publisher);
                        if (!what.isEmpty()) {
                            unseen.add(what);
                        }
                    }
                }
            }
            return unseen;
        }

        private String unseen(Member viewer, Member publisher) {
            ScriptedClient.Sent camera = publisher.participant.camera();
            String trackSid = publisher.participant.cameraSid();
            Wish wish = viewer.wish(trackSid);
            int best = -1;
            for (int layer = 0; layer <= wish.maxLayer; layer++) {
                best = camera.encodings().get(layer).isActive ? layer : best;
            }
            if (!wish.isSubscribed || wish.isDisabled || camera.isMuted || best < 0) {
                return "";
            }
            int seen = viewer.participant.layerSeen(publisher.participant);
            return seen == best
                    ? ""
                    : viewer.participant.identity + " sees layer " + seen + " of " + publisher.participant.identity
                            + " instead of " + best;
        }

        void checkLeftOvers() {
            while (!present.isEmpty()) {
                leave();
            }
            node.simulation.runForMs(60_000); // consent, then the room's own time
            assertThat(node.leftOvers()).isZero();
        }

        long run() {
            for (int i = 0; i < ACTIONS; i++) {
                act();
                node.simulation.runForMs(choices.between(20, 1200));
            }
            checkLiveness();
            checkLeftOvers();
            return node.simulation.fingerprint();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everybodySeesWhatItMayAndNothingIsLeft(long seed) {
        run(seed);
    }

    @ParameterizedTest
    @MethodSource("firstSeed")
    void theSameSeedGivesTheSameDatagramsAndSignals(long seed) {
        assertThat(run(seed)).isEqualTo(run(seed));
    }

    static LongStream firstSeed() {
        return seeds().limit(1);
    }

    private static long run(long seed) {
        Script script = new Script(seed);
        try {
            return script.run();
        } catch (AssertionError | RuntimeException e) {
            String dump = String.join(
                    "\n",
                    script.node.shards.stream()
                            .flatMap(shard -> shard.dump().stream())
                            .map(Object::toString)
                            .toList());
            throw new AssertionError(
                    "seed " + seed + " at " + script.node.simulation.nowNs() / 1_000_000 + " ms: " + e.getMessage()
                            + "\n" + script.unseen() + "\n" + script.node.simulation.story() + "\n" + dump,
                    e);
        }
    }
}
