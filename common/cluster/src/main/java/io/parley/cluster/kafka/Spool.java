// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.kafka;

import io.parley.cluster.LogThrottle;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of records on disk: many threads append, one reads and acknowledges. A position counts the bytes ever appended.
 *
 * <p>A segment is a file with the position of its first byte as its name, and records one after the other: length (4 bytes),
 * CRC-32C of the bytes (4), the bytes. Each opening begins a segment, so that what a killed process left half written is the
 * end of one. What is appended is in the system's page cache when {@link #tryAppend} returns: it outlives the process, and
 * of a system that loses power all but the last seconds, since nothing waits for the disk.
 */
final class Spool implements AutoCloseable {
    static final int MAX_RECORD_BYTES = 1 << 20;

    private static final int SEGMENT_BYTES = 8 << 20;
    private static final int READ_BYTES = 256 << 10;
    private static final int HEADER_BYTES = 8;
    private static final int MARK_BYTES = 12;
    private static final String SUFFIX = ".segment";
    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    /** @param end position after the last of them, and after what could not be read between them */
    record Batch(List<byte[]> records, long end) {}

    private final Path directory;
    private final long maxBytes;
    private final int segmentBytes;
    private final RandomAccessFile lock;
    private final RandomAccessFile marks;
    private final LogThrottle failures = new LogThrottle();
    private final LogThrottle damages = new LogThrottle();
    private final LongAdder lost = new LongAdder();

    /** Positions of their first bytes; the last one is written to. */
    private final TreeSet<Long> segments = new TreeSet<>();

    private final byte[] readBytes = new byte[Math.max(READ_BYTES, HEADER_BYTES + MAX_RECORD_BYTES)];
    private @Nullable RandomAccessFile written;
    private @Nullable RandomAccessFile read;
    private long readSegment = -1;
    private long end;
    private long acknowledged;
    private int nextMark;
    private boolean isFull;

    /** @throws IllegalArgumentException if the directory can't be used, or is in use */
    Spool(SpoolSettings settings) {
        this(settings, SEGMENT_BYTES);
    }

    Spool(SpoolSettings settings, int segmentBytes) {
        this.directory = settings.directory();
        this.maxBytes = settings.maxBytes();
        this.segmentBytes = segmentBytes;
        try {
            Files.createDirectories(directory);
            lock = open("lock", "rw");
            lock();
            marks = open("acknowledged", "rw");
            recover();
        } catch (IOException e) {
            throw new IllegalArgumentException("no spool of events in " + directory + ": " + e, e);
        }
    }

    private RandomAccessFile open(String name, String mode) throws IOException {
        return new RandomAccessFile(new File(directory.toFile(), name), mode);
    }

    private static String name(long segment) {
        return "%020d%s".formatted(segment, SUFFIX);
    }

    /** For as long as the file is open. */
    private void lock() throws IOException {
        FileLock held;
        try {
            held = lock.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            held = null; // by this process
        }
        if (held == null) {
            lock.close();
            throw new IllegalArgumentException(
                    "the spool of events in " + directory + " is another process's: each needs a directory of its own");
        }
    }

    private void recover() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{20}\\" + SUFFIX))
                    .forEach(name -> segments.add(Long.parseLong(name.substring(0, 20))));
        }
        acknowledged = Math.max(readMarks(), segments.isEmpty() ? 0 : segments.first());
        end = acknowledged;
        if (!segments.isEmpty()) {
            long last = segments.last();
            end = Math.max(end, last + Files.size(directory.resolve(name(last))));
        }
        deleteAcknowledged();
    }

    private long readMarks() throws IOException {
        long highest = 0;
        byte[] mark = new byte[MARK_BYTES];
        for (int i = 0; i < 2 && marks.length() >= (long) (i + 1) * MARK_BYTES; i++) {
            marks.seek((long) i * MARK_BYTES);
            marks.readFully(mark);
            ByteBuffer buffer = ByteBuffer.wrap(mark);
            long position = buffer.getLong();
            if (buffer.getInt() == crc(mark, 0, Long.BYTES) && position >= highest) {
                highest = position;
                nextMark = 1 - i;
            }
        }
        return highest;
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    // ---- appending: any thread ----

    /** @return false if the spool is full or can't be written to; never throws for that */
    synchronized boolean tryAppend(byte[] record) {
        int length = HEADER_BYTES + record.length;
        isFull = record.length == 0
                || record.length > MAX_RECORD_BYTES
                || end - acknowledged + length > maxBytes
                || !isWritten(record, length);
        if (!isFull) {
            end += length;
            notifyAll();
        }
        return !isFull;
    }

    private boolean isWritten(byte[] record, int length) {
        try {
            RandomAccessFile to = written == null || end - segments.last() + length > segmentBytes ? roll() : written;
            byte[] framed = ByteBuffer.allocate(length)
                    .putInt(record.length)
                    .putInt(crc(record, 0, record.length))
                    .put(record)
                    .array();
            to.write(framed);
            return true;
        } catch (IOException e) {
            if (failures.tryPass()) {
                log.atError()
                        .addKeyValue("directory", directory)
                        .setCause(e)
                        .log("the spool of events can't be written to");
            }
            abandon(); // what follows must not come after half a record
            return false;
        }
    }

    private void abandon() {
        RandomAccessFile half = written;
        written = null;
        try {
            close(half);
        } catch (UncheckedIOException e) {
            log.atDebug().setCause(e).log("a segment could not be closed");
        }
    }

    private RandomAccessFile roll() throws IOException {
        if (written != null) {
            written.close();
            written = null;
        }
        RandomAccessFile next = open(name(end), "rw");
        next.setLength(0);
        segments.add(end);
        written = next;
        return next;
    }

    private static void close(@Nullable RandomAccessFile file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- reading: one thread ----

    /** Waits for records at a position, and reads some of them; none, if what is there is damaged. */
    Batch read(long from) throws InterruptedException {
        long segment;
        long limit;
        synchronized (this) {
            while (end <= from) {
                wait();
            }
            Long holding = segments.floor(from);
            Long following = segments.higher(from);
            limit = following == null ? end : following;
            if (holding == null) {
                return skip(List.of(), from, limit);
            }
            segment = holding;
        }
        try {
            return read(segment, from, limit);
        } catch (FileNotFoundException e) {
            return skip(List.of(), from, limit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Batch read(long segment, long from, long limit) throws IOException {
        if (read == null || segment != readSegment) {
            close(read);
            read = null;
            read = open(name(segment), "r");
            readSegment = segment;
        }
        read.seek(from - segment);
        int there = fill(read, (int) Math.min(readBytes.length, limit - from));
        ByteBuffer buffer = ByteBuffer.wrap(readBytes, 0, there);
        List<byte[]> records = new ArrayList<>();
        boolean isWhole = from + there == limit;
        while (buffer.remaining() >= HEADER_BYTES) {
            int start = buffer.position();
            int length = buffer.getInt(start);
            if (length <= 0 || length > MAX_RECORD_BYTES) {
                return skip(records, from + start, limit);
            }
            if (length > buffer.remaining() - HEADER_BYTES) {
                break;
            }
            byte[] record = new byte[length];
            buffer.get(start + HEADER_BYTES, record);
            buffer.position(start + HEADER_BYTES + length);
            if (crc(record, 0, length) == buffer.getInt(start + Integer.BYTES)) {
                records.add(record);
            } else {
                onLost(from + start, "have a wrong checksum");
            }
        }
        boolean isCut = buffer.hasRemaining() && (isWhole || buffer.position() == 0) || there == 0;
        return isCut ? skip(records, from + buffer.position(), limit) : new Batch(records, from + buffer.position());
    }

    private int fill(RandomAccessFile file, int wanted) throws IOException {
        int there = 0;
        for (int more = 0; more >= 0 && there < wanted; there += Math.max(more, 0)) {
            more = file.read(readBytes, there, wanted - there);
        }
        return there;
    }

    /** @param records before the damage */
    private Batch skip(List<byte[]> records, long from, long limit) {
        onLost(from, "are missing, cut off or damaged, to the end of their segment");
        return new Batch(records, limit);
    }

    private void onLost(long position, String why) {
        lost.increment();
        if (damages.tryPass()) {
            log.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("position", position)
                    .log("spooled events {}", why);
        }
    }

    /** Forgets what is before a position. */
    synchronized void acknowledge(long position) {
        acknowledged = position;
        byte[] mark = new byte[MARK_BYTES];
        ByteBuffer.wrap(mark).putLong(position);
        ByteBuffer.wrap(mark).putInt(Long.BYTES, crc(mark, 0, Long.BYTES));
        try {
            marks.seek((long) nextMark * MARK_BYTES);
            marks.write(mark);
            nextMark = 1 - nextMark;
            deleteAcknowledged();
        } catch (IOException e) {
            if (failures.tryPass()) {
                log.atError()
                        .addKeyValue("directory", directory)
                        .setCause(e)
                        .log("the spool of events can't be cleared: some will be sent twice");
            }
        }
    }

    private void deleteAcknowledged() throws IOException {
        while (!segments.isEmpty()) {
            long first = segments.first();
            Long second = segments.higher(first);
            boolean isDone = second == null ? written == null && end <= acknowledged : second <= acknowledged;
            if (!isDone) {
                return;
            }
            Files.deleteIfExists(directory.resolve(name(first)));
            segments.remove(first);
        }
    }

    // ---- numbers ----

    synchronized long acknowledged() {
        return acknowledged;
    }

    /** That wait. */
    synchronized long bytes() {
        return end - acknowledged;
    }

    /** Whether the last record was refused. */
    synchronized boolean isFull() {
        return isFull;
    }

    /** Records, or rests of segments, that were damaged. */
    long lost() {
        return lost.sum();
    }

    @Override
    public synchronized void close() {
        close(written);
        close(read);
        close(marks);
        close(lock);
    }
}
