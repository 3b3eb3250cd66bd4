// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.twirp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.parley.api.agent.AgentFields;
import java.util.List;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.UserPacket;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.RoomConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Go's protojson takes and what it refuses; Java's library takes more. */
class ProtoJsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\": \"r\", \"nobodyKnows\": [1]}",
                "{\"empty_timeout\": 5}",
                "{\"emptyTimeout\": \"5\"}",
                "{\"emptyTimeout\": 5.0}",
                "{\"emptyTimeout\": 5e0}",
                "{\"name\": null, \"agents\": null}",
                "{\"syncStreams\": true}",
                "{\"agents\": [{\"agentName\": \"a\"}]}",
            })
    void takes(String json) throws InvalidProtocolBufferException {
        ProtoJson.merge(json.getBytes(UTF_8), CreateRoomRequest.newBuilder());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"x\"",
                "{\"name\":",
                "{name: \"r\"}",
                "{'name': 'r'}",
                "{\"name\": \"r\", }",
                "{\"name\": \"r\"} // said",
                "{\"name\": 5}",
                "{\"name\": true}",
                "{\"name\": {}}",
                "{\"name\": [\"r\"]}",
                "{\"name\": \"r\", \"name\": \"s\"}",
                "{\"emptyTimeout\": 5, \"empty_timeout\": 5}",
                "{\"emptyTimeout\": 5.5}",
                "{\"emptyTimeout\": -1}",
                "{\"emptyTimeout\": 4294967296}",
                "{\"emptyTimeout\": true}",
                "{\"emptyTimeout\": \"\"}",
                "{\"emptyTimeout\": \" 5\"}",
                "{\"emptyTimeout\": NaN}",
                "{\"syncStreams\": \"true\"}",
                "{\"syncStreams\": 1}",
                "{\"agents\": {}}",
                "{\"agents\": [null]}",
                "{\"agents\": [\"a\"]}",
                "{\"egress\": []}",
            })
    void refuses(String json) {
        assertThatThrownBy(() -> ProtoJson.merge(json.getBytes(UTF_8), CreateRoomRequest.newBuilder()))
                .isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void enumsAreNamesOrNumbersAndBytesAreText() throws InvalidProtocolBufferException {
        assertThat(parse("{\"source\": \"CAMERA\"}", TrackInfo.newBuilder()))
                .isEqualTo(parse("{\"source\": 1}", TrackInfo.newBuilder()));
        refused("{\"source\": \"1\"}", TrackInfo.newBuilder());
        refused("{\"source\": 1.5}", TrackInfo.newBuilder());
        refused("{\"source\": true}", TrackInfo.newBuilder());
        parse("{\"payload\": \"aGk\"}", UserPacket.newBuilder());
        refused("{\"payload\": 1234}", UserPacket.newBuilder());
        refused("{\"user\": {\"topic\": 5}}", DataPacket.newBuilder());
    }

    @Test
    void mapsAreObjectsOfTheirValues() throws InvalidProtocolBufferException {
        parse("{\"attributes\": {\"a\": \"b\"}}", ParticipantInfo.newBuilder());
        refused("{\"attributes\": {\"a\": 5}}", ParticipantInfo.newBuilder());
        refused("{\"attributes\": {\"a\": null}}", ParticipantInfo.newBuilder());
        refused("{\"attributes\": []}", ParticipantInfo.newBuilder());
    }

    private static Message parse(String json, Message.Builder into) throws InvalidProtocolBufferException {
        ProtoJson.merge(json.getBytes(UTF_8), into);
        return into.build();
    }

    private static void refused(String json, Message.Builder into) {
        assertThatThrownBy(() -> parse(json, into)).as(json).isInstanceOf(InvalidProtocolBufferException.class);
    }

    /** The Node SDK asks for agents in JSON; the generated messages know neither field. */
    @Test
    void deploymentAndAttributesOfAnAgentAreRead() throws InvalidProtocolBufferException {
        String agent = "{\"agent_name\":\"a\",\"deployment\":\"blue\",\"attributes\":{\"k\":\"v\"}}";
        CreateAgentDispatchRequest.Builder request = CreateAgentDispatchRequest.newBuilder();
        ProtoJson.merge(agent.getBytes(UTF_8), request);
        AgentDispatch.Builder dispatch = AgentDispatch.newBuilder();
        AgentFields.CREATE_DISPATCH.copy(request.build(), AgentFields.DISPATCH, dispatch);
        assertThat(AgentFields.DISPATCH.deployment(dispatch.build())).isEqualTo("blue");
        assertThat(dispatch.getUnknownFields().getField(8).getLengthDelimitedList())
                .containsExactly(ByteString.copyFromUtf8("\n\001k\022\001v"));
        for (Message.Builder room : List.of(CreateRoomRequest.newBuilder(), RoomConfiguration.newBuilder())) {
            ProtoJson.merge(("{\"agents\":[{},%s]}".formatted(agent)).getBytes(UTF_8), room);
            Message built = room.build();
            FieldDescriptor agents = built.getDescriptorForType().findFieldByName("agents");
            assertThat(AgentFields.ROOM_DISPATCH.deployment((Message) built.getRepeatedField(agents, 1)))
                    .isEqualTo("blue");
        }
        for (String wrong : List.of("{\"deployment\":5}", "{\"attributes\":{\"k\":5}}")) {
            assertThatThrownBy(() -> ProtoJson.merge(wrong.getBytes(UTF_8), CreateAgentDispatchRequest.newBuilder()))
                    .isInstanceOf(InvalidProtocolBufferException.class);
        }
    }
}
