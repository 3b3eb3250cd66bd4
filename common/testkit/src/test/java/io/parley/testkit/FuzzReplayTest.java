// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays each fuzz target's corpus ({@code fuzz/<target>.txt}: one input in hexadecimal a line, # begins a comment),
 * then mutations of it from a fixed seed. Every input that ever crashed a target is added to its corpus.
 */
class FuzzReplayTest {
    private static final int MUTATIONS = 3000;

    static Stream<String> targets() {
        return FuzzTargets.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void survivesItsCorpusAndMutationsOfIt(String name) throws IOException {
        Consumer<byte[]> target = FuzzTargets.all().get(name);
        List<byte[]> corpus = corpus(name);
        assertThat(corpus).as("corpus of %s", name).isNotEmpty();
        Choices choices = Choices.ofSeed(name.hashCode());
        for (byte[] input : corpus) {
            run(target, input);
        }
        for (int i = 0; i < MUTATIONS; i++) {
            run(target, mutate(choices, corpus.get(choices.between(0, corpus.size() - 1))));
        }
    }

    private static void run(Consumer<byte[]> target, byte[] input) {
        try {
            target.accept(input);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("input " + HexFormat.of().formatHex(input), e);
        }
    }

    private static byte[] mutate(Choices choices, byte[] seed) {
        byte[] input = Arrays.copyOf(seed, Math.max(0, seed.length + choices.between(-8, 8)));
        for (int i = choices.between(1, 6); i > 0 && input.length > 0; i--) {
            int at = choices.between(0, input.length - 1);
            switch (choices.between(0, 3)) {
                case 0 -> input[at] = (byte) choices.nextInt();
                case 1 -> input[at] ^= (byte) (1 << choices.between(0, 7));
                case 2 -> input[at] = (byte) (choices.nextBoolean() ? 0xFF : 0);
                default -> {
                    int from = choices.between(0, input.length - 1);
                    System.arraycopy(input.clone(), from, input, at, Math.min(input.length - from, input.length - at));
                }
            }
        }
        return input;
    }

    private static List<byte[]> corpus(String name) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                FuzzReplayTest.class.getResourceAsStream("/fuzz/" + name + ".txt"), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String hex = line.replaceAll("#.*", "").strip();
                if (!hex.isEmpty()) {
                    inputs.add(HexFormat.of().parseHex(hex));
                }
            }
        }
        return inputs;
    }
}
