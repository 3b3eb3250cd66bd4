// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import io.parley.api.agent.AgentFields;
import io.parley.api.error.ApiError;
import io.parley.api.room.RpcLimits;
import java.util.List;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitModels.ParticipantPermission;
import livekit.LivekitModels.TrackSource;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.PerformRpcRequest;
import livekit.LivekitRoom.SendDataRequest;
import livekit.LivekitRoom.UpdateParticipantRequest;
import org.junit.jupiter.api.Test;

/** Bodies of whoever has a token, and the LiveKit messages that they become. */
class RequestsTest {
    @Test
    void whatIsAbsentIsNotInTheMessage() {
        assertThat(read("{\"name\":\"r\"}", CreateRoom.class).toRequest())
                .isEqualTo(CreateRoomRequest.newBuilder().setName("r").build());
        assertThat(read("{}", UpdateParticipant.class).toRequest("r", "alice"))
                .isEqualTo(UpdateParticipantRequest.newBuilder()
                        .setRoom("r")
                        .setIdentity("alice")
                        .build());
        assertThat(read("{\"method\":\"m\"}", PerformRpc.class).toRequest("r", "alice"))
                .isEqualTo(PerformRpcRequest.newBuilder()
                        .setRoom("r")
                        .setDestinationIdentity("alice")
                        .setMethod("m")
                        .build());
    }

    @Test
    void aPermissionIsGivenAltogether() {
        String body = "{\"permission\":{\"canSubscribe\":true,\"canPublish\":true,\"canPublishData\":false,"
                + "\"canPublishSources\":[\"camera\",\"screen_share\"]}}";
        assertThat(read(body, UpdateParticipant.class).toRequest("r", "alice").getPermission())
                .isEqualTo(ParticipantPermission.newBuilder()
                        .setCanSubscribe(true)
                        .setCanPublish(true)
                        .addCanPublishSources(TrackSource.CAMERA)
                        .addCanPublishSources(TrackSource.SCREEN_SHARE)
                        .build());
        String all = body.replace("false", "true,\"canUpdateMetadata\":true,\"canSubscribeMetrics\":true")
                .replace("]", "],\"canManageAgentSession\":true,\"hidden\":true");
        assertThat(PermissionResource.of(read(all, UpdateParticipant.class)
                        .toRequest("r", "alice")
                        .getPermission()))
                .isEqualTo(new PermissionResource(
                        true,
                        true,
                        true,
                        List.of(TrackSource.CAMERA, TrackSource.SCREEN_SHARE),
                        true,
                        true,
                        true,
                        true));
        assertRefused("{\"permission\":{\"canSubscribe\":true}}", UpdateParticipant.class, "permission.canPublish");
        assertRefused(body.replace("camera", "unrecognized"), UpdateParticipant.class, "permission.canPublishSources");
        assertRefused(body.replace("\"camera\"", "1"), UpdateParticipant.class, "permission.canPublishSources[0]");
        assertRefused(body.replace("\"camera\"", "null"), UpdateParticipant.class, "permission.canPublishSources");
    }

    @Test
    void attributesAreTextAlone() {
        assertThat(read("{\"attributes\":{\"a\":\"1\",\"b\":\"\"}}", UpdateParticipant.class)
                        .toRequest("r", "alice")
                        .getAttributesMap())
                .containsEntry("a", "1")
                .containsEntry("b", "");
        assertRefused("{\"attributes\":{\"a\":null}}", UpdateParticipant.class, "attributes");
        assertRefused("{\"attributes\":{\"a\":1}}", UpdateParticipant.class, "attributes.a");
        assertRefused("{\"attributes\":[]}", UpdateParticipant.class, "attributes");
    }

    @Test
    void dataIsBase64AndReliableUnlessItIsSaidNotToBe() {
        SendDataRequest request = read(
                        "{\"data\":\"aGVsbG8=\",\"topic\":\"chat\",\"destinationIdentities\":[\"bob\"]}",
                        SendData.class)
                .toRequest("r");
        assertThat(request)
                .isEqualTo(SendDataRequest.newBuilder()
                        .setRoom("r")
                        .setData(ByteString.copyFromUtf8("hello"))
                        .setKind(DataPacket.Kind.RELIABLE)
                        .setTopic("chat")
                        .addDestinationIdentities("bob")
                        .build());
        assertThat(read("{\"data\":\"\",\"reliable\":false}", SendData.class)
                        .toRequest("r")
                        .getKind())
                .isEqualTo(DataPacket.Kind.LOSSY);
        assertRefused("{\"data\":\"#\"}", SendData.class, "data");
        assertRefused("{\"data\":[1]}", SendData.class, "data");
        assertRefused("{\"data\":\"" + "A".repeat(85_336) + "\"}", SendData.class, "data");
        assertRefused("{}", SendData.class, "data");
        assertRefused(
                "{\"data\":\"\",\"destinationIdentities\":[" + "\"x\",".repeat(4_096) + "\"x\"]}",
                SendData.class,
                "destinationIdentities");
    }

    /** What the SDKs' messages do not know yet. */
    @Test
    void agentsAreWantedAlikeInARoomAndInOneThatIsMade() {
        String agent = "{\"agentName\":\"a\",\"metadata\":\"m\",\"deployment\":\"blue\",\"attributes\":{\"k\":\"v\"}}";
        CreateAgentDispatchRequest dispatch = read(agent, CreateDispatch.class).toRequest("r");
        assertThat(dispatch.getAgentName()).isEqualTo("a");
        assertThat(dispatch.getMetadata()).isEqualTo("m");
        assertThat(AgentFields.CREATE_DISPATCH.deployment(dispatch)).isEqualTo("blue");
        assertThat(AgentFields.CREATE_DISPATCH.attributes(dispatch)).containsExactly(entry("k", "v"));
        RoomAgentDispatch wanted = read("{\"name\":\"r\",\"agents\":[" + agent + "]}", CreateRoom.class)
                .toRequest()
                .getAgents(0);
        assertThat(wanted.getAgentName()).isEqualTo("a");
        assertThat(wanted.getMetadata()).isEqualTo("m");
        assertThat(AgentFields.ROOM_DISPATCH.deployment(wanted)).isEqualTo("blue");
        assertThat(AgentFields.ROOM_DISPATCH.attributes(wanted)).containsExactly(entry("k", "v"));
        assertRefused("{\"name\":\"r\",\"agents\":[{}]}", CreateRoom.class, "agents.agentName");
        assertRefused(
                "{\"name\":\"r\",\"agents\":[" + (agent + ",").repeat(64) + agent + "]}", CreateRoom.class, "agents");
    }

    @Test
    void aCallWaitsForTheParticipantAndNotForever() {
        int longestMs = (int) RpcLimits.MAX_TIMEOUT.toMillis();
        PerformRpc longest = read("{\"method\":\"m\",\"responseTimeoutMs\":" + longestMs + "}", PerformRpc.class);
        assertThat(longest.timeout()).isGreaterThan(RpcLimits.MAX_TIMEOUT);
        assertRefused(
                "{\"method\":\"m\",\"responseTimeoutMs\":" + (longestMs + 1) + "}",
                PerformRpc.class,
                "responseTimeoutMs");
        assertRefused("{\"method\":\"m\",\"responseTimeoutMs\":0}", PerformRpc.class, "responseTimeoutMs");
        assertRefused("{\"method\":\"" + "m".repeat(65) + "\"}", PerformRpc.class, "method");
        assertRefused("{\"method\":\"m\",\"payload\":\"" + "p".repeat(15_361) + "\"}", PerformRpc.class, "payload");
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(UTF_8), type);
    }

    private static void assertRefused(String json, Class<?> type, String argument) {
        assertThatThrownBy(() -> read(json, type))
                .isInstanceOfSatisfying(
                        ApiError.class, error -> assertThat(error.argument()).isEqualTo(argument));
    }
}
