// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpoolTest {
    private static final long BIG = 1 << 30;

    @TempDir
    private Path directory;

    private Spool open(long maxBytes, int segmentBytes) {
        return new Spool(new SpoolSettings(directory, maxBytes), segmentBytes);
    }

    private static byte[] record(int number, int length) {
        return Integer.toString(number).repeat(length).getBytes(UTF_8);
    }

    private static void append(Spool spool, int first, int last) {
        for (int i = first; i <= last; i++) {
            assertThat(spool.tryAppend(record(i, 10))).isTrue();
        }
    }

    /** All that waits, which stays unless it is acknowledged. */
    private static List<String> drain(Spool spool, boolean acknowledges) throws InterruptedException {
        List<String> records = new ArrayList<>();
        long from = spool.acknowledged();
        long end = from + spool.bytes();
        while (from < end) {
            Spool.Batch batch = spool.read(from);
            batch.records().forEach(record -> records.add(new String(record, UTF_8)));
            assertThat(batch.end()).isGreaterThan(from);
            from = batch.end();
            if (acknowledges) {
                spool.acknowledge(from);
            }
        }
        return records;
    }

    private static List<String> texts(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> new String(record(i, 10), UTF_8))
                .toList();
    }

    private List<Path> segments() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void recordsAreReadInOrderAcrossSegmentsWhichGoWhenTheyAreAcknowledged() throws InterruptedException {
        try (Spool spool = open(BIG, 100)) {
            append(spool, 1, 50);
            assertThat(segments()).hasSizeGreaterThan(10);
            assertThat(drain(spool, false)).isEqualTo(texts(1, 50));
            assertThat(drain(spool, true)).isEqualTo(texts(1, 50));
            assertThat(spool.bytes()).isZero();
            assertThat(segments()).as("the one that is written to").hasSize(1);
        }
    }

    @Test
    void theNextLifeGoesOnWithWhatWasNotAcknowledged() throws InterruptedException {
        int taken;
        try (Spool spool = open(BIG, 100)) {
            append(spool, 1, 20);
            Spool.Batch first = spool.read(0);
            taken = first.records().size();
            assertThat(taken).isBetween(1, 19);
            spool.acknowledge(first.end());
            append(spool, 21, 22);
        }
        try (Spool spool = open(BIG, 1_000)) {
            append(spool, 23, 30);
            assertThat(drain(spool, true)).isEqualTo(texts(taken + 1, 30));
        }
        try (Spool spool = open(BIG, 1_000)) {
            assertThat(spool.bytes()).isZero();
            assertThat(segments()).isEmpty();
            assertThat(spool.lost()).isZero();
            append(spool, 31, 31);
            assertThat(drain(spool, true)).isEqualTo(texts(31, 31));
        }
    }

    /** kill -9 in the middle of a write, at any byte of it. */
    @Test
    void aLastRecordThatWasCutOffIsPassedOverAndNothingElse() throws IOException, InterruptedException {
        byte[] whole;
        try (Spool spool = open(BIG, 10_000)) {
            append(spool, 1, 3);
            whole = Files.readAllBytes(segments().getFirst());
        }
        Path file = segments().getFirst();
        int length = whole.length / 3;
        for (int cut = 0; cut <= whole.length; cut++) {
            for (Path each : segments()) {
                Files.delete(each);
            }
            Files.deleteIfExists(directory.resolve("acknowledged"));
            Files.write(file, Arrays.copyOf(whole, cut));
            try (Spool spool = open(BIG, 10_000)) {
                append(spool, 7, 8);
                List<String> expected = new ArrayList<>(texts(1, cut / length));
                expected.addAll(texts(7, 8));
                assertThat(drain(spool, true)).as("cut at %d", cut).isEqualTo(expected);
                assertThat(spool.lost()).isEqualTo(cut % length == 0 ? 0 : 1);
            }
        }
    }

    @Test
    void aDamagedByteCostsAtMostTheRestOfItsSegment() throws IOException, InterruptedException {
        try (Spool spool = open(BIG, 100)) {
            append(spool, 1, 30);
        }
        Path damaged = segments().get(2);
        byte[] whole = Files.readAllBytes(damaged);
        List<String> there;
        try (Spool spool = open(BIG, 100)) {
            there = drain(spool, false);
        }
        for (int i = 0; i < whole.length; i++) {
            byte[] bytes = whole.clone();
            bytes[i] ^= 0x55;
            Files.write(damaged, bytes);
            try (Spool spool = open(BIG, 100)) {
                List<String> read = drain(spool, false);
                assertThat(read).as("byte %d", i).isSubsetOf(there).doesNotHaveDuplicates();
                assertThat(read).hasSizeBetween(there.size() - 5, there.size() - 1);
                assertThat(read).startsWith(texts(1, 6).toArray(String[]::new));
                assertThat(read).endsWith(texts(20, 30).toArray(String[]::new));
                assertThat(spool.lost()).isPositive();
            }
        }
    }

    @Test
    void aSegmentThatSomebodyDeletedIsPassedOver() throws IOException, InterruptedException {
        try (Spool spool = open(BIG, 100)) {
            append(spool, 1, 30);
            Files.delete(segments().get(2));
            List<String> read = drain(spool, true);
            assertThat(read).hasSizeBetween(24, 29).endsWith(texts(20, 30).toArray(String[]::new));
            assertThat(spool.lost()).isEqualTo(1);
        }
    }

    @Test
    void aMarkThatWasLostOrDamagedCostsRepetitionAndNothingElse() throws IOException, InterruptedException {
        try (Spool spool = open(BIG, 10_000)) {
            append(spool, 1, 10);
            spool.acknowledge(spool.read(0).end());
            append(spool, 11, 20);
            spool.acknowledge(spool.read(spool.acknowledged()).end());
            append(spool, 21, 21);
        }
        Path marks = directory.resolve("acknowledged");
        byte[] whole = Files.readAllBytes(marks);
        for (int i = 0; i < whole.length; i++) {
            byte[] bytes = whole.clone();
            bytes[i] ^= 1;
            Files.write(marks, bytes);
            try (Spool spool = open(BIG, 10_000)) {
                assertThat(drain(spool, false)).endsWith(texts(21, 21).toArray(String[]::new));
            }
        }
    }

    @Test
    void aFullSpoolRefusesUntilThereIsRoom() throws InterruptedException {
        try (Spool spool = open(300, 100)) {
            int kept = 0;
            while (spool.tryAppend(record(kept + 1, 10))) {
                kept++;
            }
            assertThat(kept).isBetween(10, 20);
            assertThat(spool.isFull()).isTrue();
            assertThat(spool.bytes()).isLessThanOrEqualTo(300);
            assertThat(drain(spool, true)).isEqualTo(texts(1, kept));
            assertThat(spool.tryAppend(record(1, 10))).isTrue();
            assertThat(spool.isFull()).isFalse();
        }
    }

    @Test
    void aRecordThatIsTooLargeIsRefused() {
        try (Spool spool = open(BIG, 100)) {
            assertThat(spool.tryAppend(new byte[Spool.MAX_RECORD_BYTES])).isTrue();
            assertThat(spool.tryAppend(new byte[Spool.MAX_RECORD_BYTES + 1])).isFalse();
        }
    }

    @Test
    void aDirectoryServesOneProcess() {
        try (Spool spool = open(BIG, 100)) {
            append(spool, 1, 1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open(BIG, 100))
                    .withMessageContaining("a directory of its own");
        }
        open(BIG, 100).close();
    }

    @Test
    void aDirectoryThatCantBeIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Spool(new SpoolSettings(file, BIG)))
                .withMessageContaining(file.toString());
    }

    private static Stream<Integer> seeds() {
        return IntStream.range(0, 40).boxed();
    }

    /** Records of any size, segments of any size, lives of any length. */
    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsLostOrReorderedOverManyLives(int seed) throws InterruptedException {
        Random random = new Random(seed);
        int next = 0;
        int read = 0;
        for (int life = 0; life < 6; life++) {
            try (Spool spool = open(BIG, 50 + random.nextInt(5_000))) {
                for (int step = 0; step < 30; step++) {
                    for (int i = random.nextInt(8); i > 0; i--) {
                        assertThat(spool.tryAppend(record(++next, 1 + random.nextInt(200))))
                                .isTrue();
                    }
                    if (random.nextBoolean() && spool.bytes() > 0) {
                        Spool.Batch batch = spool.read(spool.acknowledged());
                        for (byte[] record : batch.records()) {
                            read++;
                            assertThat(new String(record, UTF_8)).startsWith(Integer.toString(read));
                        }
                        spool.acknowledge(batch.end());
                    }
                }
                assertThat(spool.lost()).isZero();
            }
        }
        try (Spool spool = open(BIG, 1_000)) {
            assertThat(drain(spool, true)).hasSize(next - read);
        }
    }
}
