// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import livekit.LivekitWebhook.WebhookEvent;

/**
 * An event as JSON: LiveKit's WebhookEvent, as its webhooks have it, with the fields {@code version}, {@code key}, {@code epoch},
 * {@code sequence}, {@code atMs} beside its own ({@code docs/events.md}). Fields that a reader does not know are passed
 * over, and those that are not there have their defaults, so that versions may read each other.
 */
public final class EventJson {
    /** Raised by a change that the version before could not read. */
    public static final int VERSION = 1;

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private EventJson() {}

    public static byte[] encode(Event event) {
        JsonObject json = body(event);
        json.addProperty("version", VERSION);
        json.addProperty("key", event.key());
        json.addProperty("epoch", event.epoch());
        json.addProperty("sequence", event.sequence());
        json.addProperty("atMs", event.atMs());
        return json.toString().getBytes(UTF_8);
    }

    /** LiveKit's JSON of an event: names in camel case, no fields with default values, 64-bit numbers as strings. */
    public static JsonObject body(Event event) {
        JsonObject json;
        try {
            json = JsonParser.parseString(PRINTER.print(event.body())).getAsJsonObject();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event has nothing that can't be printed", e);
        }
        if (!event.roomEndReason().isEmpty()) {
            json.addProperty("roomEndReason", event.roomEndReason());
        }
        return json;
    }

    /** @throws IllegalArgumentException if it is no event, or of a version that can't be read */
    public static Event decode(byte[] bytes) {
        try {
            JsonObject json = JsonParser.parseString(new String(bytes, UTF_8)).getAsJsonObject();
            long version = number(json, "version");
            if (version != VERSION) {
                throw new IllegalArgumentException("an event of version " + version);
            }
            WebhookEvent.Builder body = WebhookEvent.newBuilder();
            PARSER.merge(json.toString(), body);
            return new Event(
                    text(json, "key"),
                    number(json, "epoch"),
                    number(json, "sequence"),
                    number(json, "atMs"),
                    text(json, "roomEndReason"),
                    body.build());
        } catch (RuntimeException | InvalidProtocolBufferException e) { // Gson has many for values of other types
            throw new IllegalArgumentException("no event", e);
        }
    }

    private static long number(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value == null ? 0 : value.getAsLong();
    }

    private static String text(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value == null ? "" : value.getAsString();
    }
}
