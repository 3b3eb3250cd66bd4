// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo.Kind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls RoomService over Twirp, in protobuf. */
final class RoomServiceClient {
    private static final String DEFAULT_URL = "http://localhost:7880";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int OK = 200;

    @Option(
            names = "--url",
            defaultValue = "${env:LIVEKIT_URL}",
            description = "where Parley is; by default LIVEKIT_URL, or " + DEFAULT_URL)
    private @Nullable String url;

    @Mixin
    private Credentials credentials = new Credentials();

    /**
     * @param room that the token administers, "" for none
     * @throws RefusedException with Twirp's code and message, or with why nobody answered
     */
    <T extends Message> T call(String method, String room, Message request, Parser<T> response) {
        URI base = base();
        HttpRequest post;
        try {
            post = HttpRequest.newBuilder(base.resolve("/twirp/livekit.RoomService/" + method))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer " + token(room))
                    .header("Content-Type", "application/protobuf")
                    .POST(BodyPublishers.ofByteArray(request.toByteArray()))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new RefusedException("--url " + base + " is no URL of a server: " + e.getMessage());
        }
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpResponse<byte[]> answer = http.send(post, BodyHandlers.ofByteArray());
            if (answer.statusCode() != OK) {
                throw new RefusedException(reason(answer));
            }
            return response.parseFrom(answer.body());
        } catch (InvalidProtocolBufferException e) {
            throw new RefusedException(base + " answers what is no LiveKit API");
        } catch (IOException e) {
            throw new RefusedException(
                    "can't reach " + base + " (" + e + "): is it running? Another place is --url or LIVEKIT_URL");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("interrupted");
        }
    }

    /** SDKs are given the URL of the WebSocket; that serves. */
    private URI base() {
        String given = url == null || url.isEmpty() ? DEFAULT_URL : url;
        try {
            return URI.create(given.replaceFirst("^ws", "http"));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("--url " + given + " is no URL");
        }
    }

    private String token(String room) {
        VideoGrant grant = VideoGrant.fromClaim(
                Map.of("roomCreate", true, "roomList", true, "roomAdmin", !room.isEmpty(), "room", room));
        return credentials.token(
                new Grants(credentials.key(), "", "", "", Map.of(), Kind.STANDARD, grant, SipGrant.NONE, Map.of()),
                TIMEOUT);
    }

    private static String reason(HttpResponse<byte[]> answer) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        String type = answer.headers().firstValue("Content-Type").orElse("");
        try {
            JsonNode error = type.startsWith("application/json") ? new JsonMapper().readTree(body) : null;
            if (error != null && error.has("code")) {
                return error.path("code").asString("") + ": "
                        + error.path("msg").asString("");
            }
        } catch (JacksonException e) {
            // not from Twirp: a proxy, say
        }
        // Refused before Twirp, for its token; a page of HTML says nothing on a terminal.
        String text =
                type.startsWith("text/plain") ? ": " + body.lines().findFirst().orElse("") : "";
        return "HTTP status " + answer.statusCode() + " from " + answer.uri() + text;
    }
}
