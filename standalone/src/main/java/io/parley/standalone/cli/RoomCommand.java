// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;
import livekit.LivekitRoom.CreateRoomRequest;
import livekit.LivekitRoom.DeleteRoomRequest;
import livekit.LivekitRoom.DeleteRoomResponse;
import livekit.LivekitRoom.ListParticipantsRequest;
import livekit.LivekitRoom.ListParticipantsResponse;
import livekit.LivekitRoom.ListRoomsRequest;
import livekit.LivekitRoom.ListRoomsResponse;
import livekit.LivekitRoom.RemoveParticipantResponse;
import livekit.LivekitRoom.RoomParticipantIdentity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a server's rooms are, and a few changes of them. */
@Command(
        name = "room",
        synopsisSubcommandLabel = "<command>",
        description = "Looks at the rooms of a running server, and changes them.")
final class RoomCommand {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Command(name = "list", description = "Lists rooms: all, or those that are named.")
    int list(
            @Mixin RoomServiceClient server,
            @Option(names = "--json", description = "as JSON") boolean isJson,
            @Parameters(arity = "0..*", paramLabel = "ROOM") List<String> names) {
        ListRoomsRequest request = ListRoomsRequest.newBuilder()
                .addAllNames(names == null ? List.of() : names)
                .build();
        ListRoomsResponse rooms = server.call("ListRooms", "", request, ListRoomsResponse.parser());
        return isJson ? json(rooms) : table(rooms.getRoomsList(), ROOM_COLUMNS);
    }

    @Command(name = "create", description = "Creates a room, or changes one that is there.")
    int create(
            @Mixin RoomServiceClient server,
            @Option(names = "--json", description = "as JSON") boolean isJson,
            @Option(
                            names = "--empty-timeout",
                            defaultValue = "0s",
                            paramLabel = "TIME",
                            description = "how long it waits for its first participant")
                    Duration emptyTimeout,
            @Option(
                            names = "--departure-timeout",
                            defaultValue = "0s",
                            paramLabel = "TIME",
                            description = "how long it outlives its last participant")
                    Duration departureTimeout,
            @Option(
                            names = "--max-participants",
                            defaultValue = "0",
                            paramLabel = "N",
                            description = "how many may be in it")
                    int maxParticipants,
            @Option(names = "--metadata", defaultValue = "", description = "what the room carries") String metadata,
            @Parameters(paramLabel = "ROOM") String name) {
        CreateRoomRequest request = CreateRoomRequest.newBuilder()
                .setName(name)
                .setEmptyTimeout((int) emptyTimeout.toSeconds())
                .setDepartureTimeout((int) departureTimeout.toSeconds())
                .setMaxParticipants(maxParticipants)
                .setMetadata(metadata)
                .build();
        Room room = server.call("CreateRoom", "", request, Room.parser());
        return isJson ? json(room) : table(List.of(room), ROOM_COLUMNS);
    }

    @Command(name = "delete", description = "Ends a room; who is in it has to leave.")
    int delete(@Mixin RoomServiceClient server, @Parameters(paramLabel = "ROOM") String name) {
        server.call(
                "DeleteRoom", name, DeleteRoomRequest.newBuilder().setRoom(name).build(), DeleteRoomResponse.parser());
        return 0;
    }

    @Command(name = "participants", description = "Lists who is in a room.")
    int participants(
            @Mixin RoomServiceClient server,
            @Option(names = "--json", description = "as JSON") boolean isJson,
            @Parameters(paramLabel = "ROOM") String name) {
        ListParticipantsRequest request =
                ListParticipantsRequest.newBuilder().setRoom(name).build();
        ListParticipantsResponse participants =
                server.call("ListParticipants", name, request, ListParticipantsResponse.parser());
        return isJson ? json(participants) : table(participants.getParticipantsList(), PARTICIPANT_COLUMNS);
    }

    @Command(name = "remove", description = "Removes a participant; its token stays good.")
    int remove(
            @Mixin RoomServiceClient server,
            @Parameters(paramLabel = "ROOM") String name,
            @Parameters(paramLabel = "IDENTITY") String identity) {
        RoomParticipantIdentity request = RoomParticipantIdentity.newBuilder()
                .setRoom(name)
                .setIdentity(identity)
                .build();
        server.call("RemoveParticipant", name, request, RemoveParticipantResponse.parser());
        return 0;
    }

    private record Column<T>(String title, Function<T, Object> value) {}

    private static final List<Column<Room>> ROOM_COLUMNS = List.of(
            new Column<>("SID", Room::getSid),
            new Column<>("NAME", Room::getName),
            new Column<>("PARTICIPANTS", Room::getNumParticipants),
            new Column<>("PUBLISHERS", Room::getNumPublishers),
            new Column<>("CREATED", room -> Instant.ofEpochSecond(room.getCreationTime())));

    private static final List<Column<ParticipantInfo>> PARTICIPANT_COLUMNS = List.of(
            new Column<>("SID", ParticipantInfo::getSid),
            new Column<>("IDENTITY", ParticipantInfo::getIdentity),
            new Column<>("NAME", ParticipantInfo::getName),
            new Column<>("STATE", ParticipantInfo::getState),
            new Column<>("TRACKS", ParticipantInfo::getTracksCount),
            new Column<>("JOINED", participant -> Instant.ofEpochSecond(participant.getJoinedAt())));

    private int json(Message message) {
        try {
            out().println(JsonFormat.printer().preservingProtoFieldNames().print(message));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("LiveKit's messages have no Any", e);
        }
        return 0;
    }

    /** What participants call themselves is in it: it can't begin a line, nor steer the terminal. */
    private <T> int table(List<T> rows, List<Column<T>> columns) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(Column::title).toList());
        for (T row : rows) {
            cells.add(columns.stream()
                    .map(column -> String.valueOf(column.value().apply(row)).replaceAll("\\p{Cntrl}", "?"))
                    .toList());
        }
        for (List<String> line : cells) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < columns.size(); i++) {
                int column = i;
                int width = cells.stream()
                        .mapToInt(each -> each.get(column).length())
                        .max()
                        .orElse(0);
                text.append(line.get(i)).repeat(' ', width - line.get(i).length() + 2);
            }
            out().println(text.toString().stripTrailing());
        }
        return 0;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
