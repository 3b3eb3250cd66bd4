// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import java.util.Map;
import java.util.TreeMap;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.RegisterWorkerRequest;
import livekit.LivekitAgent.UpdateWorkerStatus;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.CreateAgentDispatchRequest;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitEgress;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitRtc.RequestResponse;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import org.junit.jupiter.api.Test;

/**
 * What LiveKit 1.13.5 speaks and the generated messages of io.livekit:livekit-server 0.13.0 do not know. Such fields arrive
 * as unknown ones. When this test fails after an upgrade, a gap is closed: use the real message, and take its row out.
 */
class WireGapsTest {
    @Test
    void theseFieldsAreStillMissing() {
        Map<String, Boolean> known = new TreeMap<>();
        known.put("SignalRequest.store_data_blob_request", has(SignalRequest.getDescriptor(), 22));
        known.put("SignalRequest.get_data_blob_request", has(SignalRequest.getDescriptor(), 23));
        known.put("SignalResponse.store_data_blob_response", has(SignalResponse.getDescriptor(), 30));
        known.put("SignalResponse.get_data_blob_response", has(SignalResponse.getDescriptor(), 31));
        known.put("RegisterWorkerRequest.deployment", has(RegisterWorkerRequest.getDescriptor(), 9));
        known.put("UpdateWorkerStatus.seq", has(UpdateWorkerStatus.getDescriptor(), 6));
        known.put("Job.deployment", has(Job.getDescriptor(), 11));
        known.put("Job.attributes", has(Job.getDescriptor(), 12));
        known.put("RoomAgentDispatch.deployment", has(RoomAgentDispatch.getDescriptor(), 4));
        known.put("RoomAgentDispatch.attributes", has(RoomAgentDispatch.getDescriptor(), 5));
        known.put("CreateAgentDispatchRequest.deployment", has(CreateAgentDispatchRequest.getDescriptor(), 5));
        known.put("CreateAgentDispatchRequest.attributes", has(CreateAgentDispatchRequest.getDescriptor(), 6));
        known.put("AgentDispatch.deployment", has(AgentDispatch.getDescriptor(), 7));
        known.put("AgentDispatch.attributes", has(AgentDispatch.getDescriptor(), 8));
        known.put("ParticipantInfo.capabilities", has(ParticipantInfo.getDescriptor(), 21));
        known.put(
                "ParticipantInfo.KindDetail.SIMULATION",
                ParticipantInfo.KindDetail.getDescriptor().findValueByName("SIMULATION") != null);
        known.put(
                "ClientInfo.CAP_COMPRESSION_DEFLATE_RAW",
                ClientInfo.Capability.getDescriptor().findValueByName("CAP_COMPRESSION_DEFLATE_RAW") != null);
        known.put(
                "RequestResponse.INVALID_REQUEST",
                RequestResponse.Reason.getDescriptor().findValueByName("INVALID_REQUEST") != null);
        known.put(
                "Egress.StartEgress",
                LivekitEgress.getDescriptor().findServiceByName("Egress").findMethodByName("StartEgress") != null);
        assertThat(known)
                .allSatisfy((name, isKnown) -> assertThat(isKnown).as(name).isFalse());
    }

    /** The neighbours are there, so the numbers above are looked up in the right place. */
    @Test
    void theFieldsBesideThemAreThere() {
        assertThat(has(SignalRequest.getDescriptor(), 21)).isTrue();
        assertThat(has(SignalResponse.getDescriptor(), 29)).isTrue();
    }

    private static boolean has(Descriptor message, int number) {
        return message.findFieldByNumber(number) != null;
    }
}
