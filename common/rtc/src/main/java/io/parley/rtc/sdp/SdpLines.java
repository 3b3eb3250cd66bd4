// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.rtc.sdp;

import org.jspecify.annotations.Nullable;

/** The lines of a stretch of SDP text, one after the other, each checked and none kept. */
final class SdpLines {
    /** The longest of a real client is its BUNDLE group: room for the mids of {@link SdpParser#MAX_SECTIONS} sections. */
    private static final int MAX_LINE_CHARS = 1 << 15;

    private final String text;
    private final int end;
    private int next;
    private int start;

    SdpLines(String text, int start, int end) {
        this.text = text;
        this.next = start;
        this.end = end;
    }

    /** Where the line that {@link #next} gave last begins in the text. */
    int start() {
        return start;
    }

    /** The next line that is not empty, or null behind the last. */
    @Nullable
    String next() {
        while (next < end) {
            start = next;
            int newline = text.indexOf('\n', next);
            int stop = newline < 0 || newline > end ? end : newline;
            next = stop + 1;
            if (stop - start > MAX_LINE_CHARS) {
                throw new SdpException("line has more than " + MAX_LINE_CHARS + " characters", text.substring(start));
            }
            String line = text.substring(start, stop).stripTrailing();
            if (!line.isEmpty()) {
                return check(line);
            }
        }
        return null;
    }

    private static String check(String line) {
        if (hasControlCharacter(line)) {
            // Repeated in an answer it could end a line for another parser and begin one of the peer's choice.
            throw new SdpException("control character", line);
        }
        if (line.length() < 2 || line.charAt(1) != '=') {
            throw new SdpException("not an SDP line", line);
        }
        return line;
    }

    static boolean hasControlCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** The name of an attribute line, "a=name:value" or "a=name". */
    static String name(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? line.substring(2) : line.substring(2, colon);
    }

    static String value(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(colon + 1);
    }

    /** A number from 0 to {@code max}. */
    static int number(String text, int max, String line) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= max) {
                return (int) value;
            }
        } catch (NumberFormatException e) {
            throw new SdpException("not a number", line);
        }
        throw new SdpException("number out of range", line);
    }
}
