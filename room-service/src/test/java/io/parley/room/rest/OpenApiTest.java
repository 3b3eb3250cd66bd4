// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.token.Grants;
import io.parley.api.token.ParticipantLimits;
import io.parley.room.admin.NodeAdmin;
import io.parley.room.admin.RoomAdmin;
import io.parley.room.admin.RoomPresets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import livekit.LivekitAgent.Job;
import livekit.LivekitAgent.JobState;
import livekit.LivekitAgentDispatch.AgentDispatch;
import livekit.LivekitAgentDispatch.AgentDispatchState;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitModels.TrackInfo;
import livekit.LivekitModels.VideoLayer;
import org.junit.jupiter.api.Test;

/** The document is made of the operations; that it is valid OpenAPI, and that the server has just these, others check. */
class OpenApiTest {
    private final List<Operation.Group> groups = RestApi.groups(
            new RoomAdmin(null, null, true, false, ParticipantLimits.DEFAULTS, RoomPresets.NONE),
            new NodeAdmin(null, null),
            null,
            () -> 0);
    private final JsonObject document = OpenApi.of(groups);

    @Test
    void everyReferenceLeadsSomewhere() {
        Map<?, ?> components = (Map<?, ?>) document.get("components");
        List<String> references = new ArrayList<>();
        walk(document, object -> {
            if (object.get("$ref") instanceof String reference) {
                references.add(reference);
            }
        });
        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            String[] path = reference.split("/", -1);
            assertThat(((Map<?, ?>) components.get(path[2])).containsKey(path[3]))
                    .as(reference)
                    .isTrue();
        });
    }

    /** A token of a client that may make rooms, list them and administer its own. */
    @Test
    void noParticipantsTokenReachesBeyondRooms() {
        Grants grants = Grants.fromClaims(Map.of(
                "video",
                Map.of("roomJoin", true, "roomCreate", true, "roomList", true, "roomAdmin", true, "room", "own")));
        for (Operation<?> operation : operations()) {
            if (!operation.path().startsWith("/v1/rooms")) {
                assertThatThrownBy(() -> operation.permission().check(grants, ""))
                        .as(operation.id())
                        .hasMessageContaining("without roomJoin");
            }
        }
    }

    @Test
    void everyOperationSaysWhatItDoesUnderANameOfItsOwn() {
        Set<String> ids = new HashSet<>();
        for (Operation<?> operation : operations()) {
            assertThat(ids.add(operation.id())).as(operation.id()).isTrue();
            assertThat(operation.summary()).as(operation.id()).endsWith(".");
        }
    }

    @Test
    void examplesOfRequestsAreTaken() {
        assertThat(operations().stream().filter(Operation::hasBody))
                .isNotEmpty()
                .allSatisfy(operation -> assertThat(
                                Json.read(Json.write(Component.example(operation.request())), operation.request()))
                        .isNotNull());
    }

    @Test
    void everythingRequiredHasAnExample() {
        Map<?, ?> schemas = (Map<?, ?>) ((Map<?, ?>) document.get("components")).get("schemas");
        schemas.remove("Problem"); // whose examples are with the responses
        walk(schemas, object -> {
            if (object.get("required") instanceof List<?> required
                    && object.get("properties") instanceof Map<?, ?> properties) {
                required.forEach(name -> assertThat(hasExample((Map<?, ?>) properties.get(name)))
                        .as("example of %s in %s", name, properties.keySet())
                        .isTrue());
            }
        });
    }

    @Test
    @SuppressWarnings("deprecation") // layers
    void resourcesHaveTheFieldsThatTheDocumentSays() {
        TrackInfo track = TrackInfo.newBuilder()
                .addLayers(VideoLayer.getDefaultInstance())
                .build();
        ParticipantInfo participant =
                ParticipantInfo.newBuilder().addTracks(track).build();
        assertFields(RoomList.of(new Page<>(List.of(Room.getDefaultInstance()), "more")));
        assertFields(ParticipantList.of(new Page<>(List.of(participant), "more")));
        assertFields(TrackList.of(participant));
        JobState state = JobState.newBuilder()
                .setError("e")
                .setStartedAt(1)
                .setEndedAt(2)
                .build();
        AgentDispatch dispatch = AgentDispatch.newBuilder()
                .setState(
                        AgentDispatchState.newBuilder().addJobs(Job.newBuilder().setState(state)))
                .build();
        assertFields(DispatchList.of(new Page<>(List.of(dispatch), "more")));
    }

    private static void assertFields(Record resource) {
        Schemas schemas = new Schemas();
        schemas.of(resource.getClass(), false);
        assertFields(schemas.named(), resource.getClass().getSimpleName(), (Map<?, ?>)
                Json.tree(new String(Json.write(resource), UTF_8)));
    }

    private static void assertFields(JsonObject schemas, String name, Map<?, ?> resource) {
        Map<?, ?> properties = (Map<?, ?>) ((Map<?, ?>) schemas.get(name)).get("properties");
        assertThat(resource.keySet()).as(name).isEqualTo(properties.keySet());
        resource.forEach((field, value) -> {
            Object one = value instanceof List<?> list && !list.isEmpty() ? list.getFirst() : value;
            Map<?, ?> schema = (Map<?, ?>) properties.get(field);
            Object reference = (schema.get("items") instanceof Map<?, ?> items ? items : schema).get("$ref");
            if (reference instanceof String target) {
                assertFields(schemas, target.substring(target.lastIndexOf('/') + 1), (Map<?, ?>) one);
            }
        });
    }

    /** Of its own, or of the objects in it. */
    private static boolean hasExample(Map<?, ?> property) {
        return property.containsKey("examples")
                || property.containsKey("$ref")
                || property.get("items") instanceof Map<?, ?> items && items.containsKey("$ref");
    }

    private List<? extends Operation<?>> operations() {
        return groups.stream().flatMap(group -> group.operations().stream()).toList();
    }

    private static void walk(Object node, Consumer<Map<?, ?>> onObject) {
        if (node instanceof Map<?, ?> object) {
            onObject.accept(object);
            object.values().forEach(value -> walk(value, onObject));
        } else if (node instanceof List<?> list) {
            list.forEach(value -> walk(value, onObject));
        }
    }
}
