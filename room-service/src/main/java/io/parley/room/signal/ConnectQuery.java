// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import livekit.LivekitModels.ClientInfo;
import livekit.LivekitModels.ReconnectReason;
import livekit.LivekitRtc.ConnectionSettings;
import livekit.LivekitRtc.JoinRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The query of {@code /rtc} without a join_request: what clients with two peer connections say of themselves. */
final class ConnectQuery {
    private static final JsonMapper JSON = new JsonMapper();

    private final MultiValueMap<String, String> query;

    ConnectQuery(MultiValueMap<String, String> query) {
        this.query = query;
    }

    /** The join request that says the same. @throws ApiError INVALID_ARGUMENT for attributes that can't be read */
    JoinRequest toJoinRequest() {
        ConnectionSettings.Builder settings = ConnectionSettings.newBuilder()
                .setAutoSubscribe(!query.containsKey("auto_subscribe") || isTrue("auto_subscribe"))
                .setAdaptiveStream(isTrue("adaptive_stream"))
                .setDisableIceLite(isTrue("disable_ice_lite"));
        if (query.containsKey("subscriber_allow_pause")) {
            settings.setSubscriberAllowPause(isTrue("subscriber_allow_pause"));
        }
        if (query.containsKey("auto_subscribe_data_track")) {
            settings.setAutoSubscribeDataTrack(isTrue("auto_subscribe_data_track"));
        }
        JoinRequest.Builder request = JoinRequest.newBuilder()
                .setClientInfo(clientInfo())
                .setConnectionSettings(settings)
                .putAllParticipantAttributes(attributes());
        if (isTrue("reconnect")) {
            request.setReconnect(true).setParticipantSid(text("sid"));
            ReconnectReason reason = ReconnectReason.forNumber(number("reconnect_reason"));
            request.setReconnectReason(reason == null ? ReconnectReason.RR_UNKNOWN : reason);
        }
        return request.build();
    }

    /** The name of a connection that only publishes, beside the participant's main one; or "". */
    String publish() {
        return text("publish");
    }

    private ClientInfo clientInfo() {
        ClientInfo.Builder client = ClientInfo.newBuilder()
                .setSdk(sdk(text("sdk")))
                .setVersion(text("version"))
                .setProtocol(number("protocol"))
                .setClientProtocol(number("client_protocol"))
                .setOs(text("os"))
                .setOsVersion(text("os_version"))
                .setDeviceModel(text("device_model"))
                .setBrowser(text("browser"))
                .setBrowserVersion(text("browser_version"))
                .setNetwork(text("network"));
        for (String name : text("capabilities").split(",", -1)) {
            for (ClientInfo.Capability capability : ClientInfo.Capability.values()) {
                if (capability.name().equals(name)) {
                    client.addCapabilities(capability);
                }
            }
        }
        return client.build();
    }

    private static ClientInfo.SDK sdk(String name) {
        return switch (name) {
            case "js" -> ClientInfo.SDK.JS;
            case "ios", "swift" -> ClientInfo.SDK.SWIFT;
            case "android" -> ClientInfo.SDK.ANDROID;
            case "flutter" -> ClientInfo.SDK.FLUTTER;
            case "go" -> ClientInfo.SDK.GO;
            case "unity" -> ClientInfo.SDK.UNITY;
            case "reactnative" -> ClientInfo.SDK.REACT_NATIVE;
            case "rust" -> ClientInfo.SDK.RUST;
            case "python" -> ClientInfo.SDK.PYTHON;
            case "cpp" -> ClientInfo.SDK.CPP;
            case "unityweb" -> ClientInfo.SDK.UNITY_WEB;
            case "node" -> ClientInfo.SDK.NODE;
            case "esp32" -> ClientInfo.SDK.ESP32;
            default -> ClientInfo.SDK.UNKNOWN;
        };
    }

    private Map<String, String> attributes() {
        String encoded = text("attributes");
        if (encoded.isEmpty()) {
            return Map.of();
        }
        try {
            Map<String, String> attributes = new HashMap<>();
            for (Map.Entry<String, JsonNode> entry : JSON.readTree(
                            Base64.getUrlDecoder().decode(encoded))
                    .asObject()
                    .properties()) {
                if (!entry.getValue().isString()) {
                    throw new IllegalArgumentException(entry.getKey());
                }
                attributes.put(entry.getKey(), entry.getValue().stringValue());
            }
            return attributes;
        } catch (IllegalArgumentException | JacksonException e) {
            throw ApiError.ofCaller(ErrorCode.INVALID_ARGUMENT, "attributes are no base64url of a JSON map of strings");
        }
    }

    private boolean isTrue(String name) {
        String value = text(name);
        return value.equals("1") || value.equals("true");
    }

    private String text(String name) {
        @Nullable String value = query.getFirst(name);
        return value == null ? "" : value;
    }

    private int number(String name) {
        try {
            return Integer.parseInt(text(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
