// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import livekit.LivekitAgentDispatch.ListAgentDispatchResponse;
import livekit.LivekitEgress.EgressInfo;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What protobuf's own library writes is what this writes. */
class ProtoJsonWriterTest {
    private static final int MESSAGES = 200;
    private static final int MAX_DEPTH = 4;
    private static final int MAX_ELEMENTS = 3;
    private static final List<String> TEXTS =
            List.of("", "room", "\"quoted\" \\ / <b>&'", "line\nline\u2028\u0000\u007f", "Zoë 部屋 😀", "\t".repeat(70));
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonFormat.Printer LIBRARY =
            JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();

    static Stream<Message> messages() {
        return Stream.of(
                ListRoomsResponse.getDefaultInstance(),
                ParticipantInfo.getDefaultInstance(),
                TrackInfo.getDefaultInstance(),
                ListAgentDispatchResponse.getDefaultInstance(),
                DataPacket.getDefaultInstance(),
                EgressInfo.getDefaultInstance(),
                SignalResponse.getDefaultInstance(),
                Timestamp.getDefaultInstance(),
                Struct.newBuilder()
                        .putFields("k", Value.newBuilder().setNumberValue(1.5).build())
                        .build());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void writesWhatTheLibraryWrites(Message prototype) throws InvalidProtocolBufferException {
        assertSame(prototype);
        for (int seed = 0; seed < MESSAGES; seed++) {
            Message.Builder message = prototype.toBuilder();
            if (!ProtoJson.isWellKnown(prototype.getDescriptorForType())) {
                fill(message, new SplittableRandom(seed), 0);
            }
            assertSame(message.build());
        }
    }

    /** None of LiveKit's calls has one yet. */
    @Test
    void whatHasJsonOfItsOwnKeepsIt() throws InvalidProtocolBufferException {
        assertThat(text(Duration.newBuilder().setSeconds(3).build())).isEqualTo("\"3s\"");
        assertThat(text(Any.getDefaultInstance())).isEqualTo("{}");
    }

    /** A name that is no Unicode text is somebody's, and must not keep others from their list. */
    @Test
    void halfASurrogateIsAQuestionMark() throws InvalidProtocolBufferException {
        assertThat(text(Room.newBuilder().setName("a\ud83d").build())).contains("\"name\":\"a?\"");
    }

    private static void assertSame(Message message) throws InvalidProtocolBufferException {
        JsonNode expected = JSON.readTree(LIBRARY.print(message));
        String written = text(message);
        assertThat(JSON.readTree(written)).isEqualTo(expected);
        assertThat(JSON.readTree(written).toString()).as("in the same order").isEqualTo(expected.toString());
    }

    private static String text(Message message) throws InvalidProtocolBufferException {
        return new String(ProtoJsonWriter.write(message), UTF_8);
    }

    private static void fill(Message.Builder message, RandomGenerator random, int depth) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            boolean isTooDeep = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth == MAX_DEPTH;
            if (isTooDeep || random.nextInt(3) == 0) {
                continue;
            }
            if (!field.isRepeated()) {
                message.setField(field, value(message, field, random, depth));
                continue;
            }
            for (int i = field.isMapField() ? 1 : random.nextInt(MAX_ELEMENTS); i > 0; i--) {
                message.addRepeatedField(field, value(message, field, random, depth));
            }
        }
    }

    private static Object value(Message.Builder message, FieldDescriptor field, RandomGenerator random, int depth) {
        return switch (field.getJavaType()) {
            case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT ->
                List.of(0f, 1f, -2.5f, Float.NaN, Float.POSITIVE_INFINITY).get(random.nextInt(5));
            case DOUBLE ->
                List.of(0d, 3d, 1e-9, Double.NaN, Double.NEGATIVE_INFINITY).get(random.nextInt(5));
            case BYTE_STRING -> ByteString.copyFrom(bytes(random));
            case ENUM -> constant(field, random);
            case MESSAGE -> {
                Message.Builder inner = message.newBuilderForField(field);
                if (!ProtoJson.isWellKnown(inner.getDescriptorForType())) {
                    fill(inner, random, depth + 1);
                }
                yield inner.build();
            }
        };
    }

    private static byte[] bytes(RandomGenerator random) {
        byte[] bytes = new byte[random.nextInt(5)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Some of a later LiveKit. */
    private static EnumValueDescriptor constant(FieldDescriptor field, RandomGenerator random) {
        List<EnumValueDescriptor> known = field.getEnumType().getValues();
        return random.nextInt(5) == 0
                ? field.getEnumType().findValueByNumberCreatingIfUnknown(7_000)
                : known.get(random.nextInt(known.size()));
    }
}
