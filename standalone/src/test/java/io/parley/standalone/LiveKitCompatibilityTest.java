// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import io.parley.standalone.CompatibilityTables.Row;
import io.parley.standalone.CompatibilityTables.State;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgentDispatch;
import livekit.LivekitEgress;
import livekit.LivekitIngress;
import livekit.LivekitModels.DataPacket;
import livekit.LivekitRoom;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;
import livekit.LivekitSip;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/livekit-compatibility.md has a row for everything of LiveKit's, and what it says can be looked up. */
class LiveKitCompatibilityTest {
    private static final Path ROOT = Path.of("..");

    /** Of LiveKit 1.13.5, and not in the messages that we have (WireGapsTest). */
    private static final List<String> BLOB_REQUESTS = List.of("store_data_blob_request", "get_data_blob_request");

    private static final List<String> BLOB_RESPONSES = List.of("store_data_blob_response", "get_data_blob_response");

    /** No message has these names. */
    private static final List<String> CLAIMS = List.of(
            "name",
            "metadata",
            "attributes",
            "kind",
            "kindDetails",
            "video",
            "sip",
            "roomConfig",
            "roomPreset",
            "agent",
            "inference",
            "observability",
            "sha256");

    private static final List<String> WEBHOOK_EVENTS = List.of(
            "room_started",
            "room_finished",
            "participant_joined",
            "participant_left",
            "participant_connection_aborted",
            "track_published",
            "track_unpublished",
            "egress_started",
            "egress_updated",
            "egress_ended",
            "ingress_started",
            "ingress_ended");

    private static CompatibilityTables tables;

    @BeforeAll
    static void read() throws IOException {
        tables = CompatibilityTables.read();
    }

    @Test
    void everySignalMessageHasOneRow() {
        assertRows("Signal requests", and(fields(SignalRequest.getDescriptor(), "message"), BLOB_REQUESTS));
        assertRows("Signal responses", and(fields(SignalResponse.getDescriptor(), "message"), BLOB_RESPONSES));
        assertRows("Data packets", fields(DataPacket.getDescriptor(), "value"));
        assertRows("Worker messages", fields(WorkerMessage.getDescriptor(), "message"));
        assertRows("Server messages", fields(ServerMessage.getDescriptor(), "message"));
    }

    @Test
    void everyServerCallHasOneRow() {
        assertRows("RoomService", methods(LivekitRoom.getDescriptor()));
        assertRows("AgentDispatchService", methods(LivekitAgentDispatch.getDescriptor()));
        assertRows("Egress", and(methods(LivekitEgress.getDescriptor()), List.of("StartEgress")));
        assertRows("Ingress", methods(LivekitIngress.getDescriptor()));
        assertRows("SIP", methods(LivekitSip.getDescriptor()));
    }

    @Test
    void everyClaimGrantAndEventHasOneRow() {
        assertRows("Claims", CLAIMS);
        assertRows("Webhooks", WEBHOOK_EVENTS);
        Set<String> read = Stream.concat(components(VideoGrant.class, ""), components(SipGrant.class, "sip."))
                .collect(Collectors.toSet());
        List<Row> grants = tables.rows("Grants");
        assertThat(grants).extracting(Row::name).doesNotHaveDuplicates().containsAll(read);
        assertThat(grants)
                .as("grants that are not there yet are those that nobody reads")
                .allSatisfy(row ->
                        assertThat(row.state() == State.NOT_YET).as(row.name()).isEqualTo(!read.contains(row.name())));
    }

    @Test
    void whatIsPartlyOrNotThereSaysWhatIsMissingAndWhatIsThereNamesItsTest() {
        assertThat(tables.all()).isNotEmpty().allSatisfy(row -> {
            if (row.state() != State.YES) {
                assertThat(row.words()).as("words of " + row.name()).isNotEmpty();
            }
            if (row.state() != State.NOT_YET) {
                assertThat(row.tests()).as("tests of " + row.name()).isNotEmpty();
            }
        });
    }

    @Test
    void everyTestThatARowNamesIsThere() throws IOException {
        Map<String, String> classes = sources(ROOT, "glob:**/src/test/java/**/*.java");
        String scenarios = String.join(
                "\n", sources(ROOT.resolve("e2e/scenarios"), "glob:**/*.js").values());
        assertThat(tables.all()).flatExtracting(Row::tests).allSatisfy(test -> {
            if (test.startsWith("e2e: ")) {
                String name = test.substring("e2e: ".length());
                assertThat(scenarios).containsAnyOf("'" + name + "'", '"' + name + '"');
            } else {
                String[] parts = test.split("#", 2);
                assertThat(classes).containsKey(parts[0]);
                assertThat(classes.get(parts[0])).contains("void " + parts[1] + "(");
            }
        });
    }

    /** A feature that is built changes its row: whoever handles a request, or makes a response, is found in the code. */
    @Test
    void whatIsHandledIsNotSaidToBeMissing() {
        JavaClasses product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.parley");
        Set<String> handled = product.stream()
                .flatMap(each -> each.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(SignalRequest.MessageCase.class))
                .map(access -> access.getTarget().getName().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        Set<String> made = product.stream()
                .flatMap(each -> each.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().isEquivalentTo(SignalResponse.Builder.class))
                .map(call -> call.getTarget().getName())
                .filter(method -> method.startsWith("set"))
                .map(method ->
                        method.substring(3).replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        assertThat(handled).as("the code was found").contains("add_track", "ping");
        assertThat(made).as("the code was found").contains("join", "track_published");
        assertNotMissing("Signal requests", handled);
        assertNotMissing("Signal responses", made);
    }

    private static void assertNotMissing(String table, Set<String> names) {
        assertThat(tables.rows(table))
                .filteredOn(row -> row.state() == State.NOT_YET)
                .extracting(Row::name)
                .doesNotContainAnyElementsOf(names);
    }

    private static void assertRows(String table, List<String> names) {
        assertThat(tables.rows(table)).extracting(Row::name).containsExactlyInAnyOrderElementsOf(names);
    }

    private static List<String> and(List<String> names, List<String> more) {
        return Stream.concat(names.stream(), more.stream()).toList();
    }

    private static List<String> fields(Descriptor message, String oneof) {
        return message.getOneofs().stream()
                .filter(each -> each.getName().equals(oneof))
                .flatMap(each -> each.getFields().stream())
                .map(FieldDescriptor::getName)
                .toList();
    }

    private static List<String> methods(FileDescriptor file) {
        return file.getServices().getFirst().getMethods().stream()
                .map(MethodDescriptor::getName)
                .toList();
    }

    private static Stream<String> components(Class<? extends Record> type, String prefix) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .map(prefix::concat);
    }

    /** By their names without the extension. */
    private static Map<String, String> sources(Path folder, String pattern) throws IOException {
        var matcher = folder.getFileSystem().getPathMatcher(pattern);
        Pattern extension = Pattern.compile("\\.\\w+$");
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(matcher::matches)::iterator) {
                sources.put(extension.matcher(file.getFileName().toString()).replaceFirst(""), Files.readString(file));
            }
        }
        return sources;
    }
}
