// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.parley.cluster.v1.PingRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * What services of one release say to those of the release before and after it, and what these find in the directory: a
 * rolling update has both at once. {@code node_link-5.txt} is what the first release with that rule says; whoever raises
 * {@code Envelope.VERSION} writes down what the release before said, and may take away what that did not say any more.
 */
class LinkSchemaTest {
    private static final FileDescriptor FILE = PingRequest.getDescriptor().getFile();

    /** A line for each call and each field, with all that its bytes on the wire depend on. */
    private static List<String> said() {
        List<String> lines = new ArrayList<>();
        for (MethodDescriptor method : FILE.findServiceByName("NodeLink").getMethods()) {
            lines.add("rpc %s(%s) returns (%s)"
                    .formatted(
                            method.getName(),
                            of(method.isClientStreaming(), method.getInputType()),
                            of(method.isServerStreaming(), method.getOutputType())));
        }
        FILE.getMessageTypes().forEach(message -> message.getFields().forEach(field -> lines.add(line(field))));
        return lines;
    }

    private static String of(boolean isStream, Descriptor message) {
        return (isStream ? "stream " : "") + message.getName();
    }

    private static String line(FieldDescriptor field) {
        String type = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? field.getMessageType().getName()
                : field.getType().name().toLowerCase(Locale.ROOT);
        var oneof = field.getRealContainingOneof();
        return "%s %d: %s%s%s"
                .formatted(
                        field.getContainingType().getName(),
                        field.getNumber(),
                        field.isRepeated() ? "repeated " : "",
                        type,
                        oneof == null ? "" : " of " + oneof.getName());
    }

    @Test
    void whatTheReleaseBeforeSaysIsStillSaid() throws IOException {
        try (InputStream in = Objects.requireNonNull(LinkSchemaTest.class.getResourceAsStream("node_link-5.txt"))) {
            List<String> before = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(before).hasSizeGreaterThan(90);
            assertThat(said()).containsAll(before);
        }
    }
}
