// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import livekit.LivekitModels.ParticipantInfo.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Prints a token. The names of its options are lk's where lk has them. */
@Command(
        name = "token",
        sortOptions = false,
        modelTransformer = TokenCommand.Abilities.class,
        description = "Prints an access token; with --room and nothing else that it may do, one to join that room.")
final class TokenCommand implements Callable<Integer> {
    enum Source {
        CAMERA,
        MICROPHONE,
        SCREEN_SHARE,
        SCREEN_SHARE_AUDIO
    }

    /** What its owner may do, may not, or is to others, each by an option without a value. */
    private enum Ability {
        JOIN("--join", Map.of("roomJoin", true), "may join --room"),
        ADMIN("--admin", Map.of("roomAdmin", true), "may change --room and its participants"),
        CREATE("--create", Map.of("roomCreate", true), "may create and delete rooms"),
        LIST("--list", Map.of("roomList", true), "may list rooms"),
        RECORD("--record", Map.of("roomRecord", true), "may record --room"),
        INGRESS("--ingress", Map.of("ingressAdmin", true), "may manage ingress"),
        NO_PUBLISH("--no-publish", Map.of("canPublish", false), "may not publish"),
        NO_SUBSCRIBE("--no-subscribe", Map.of("canSubscribe", false), "may not subscribe"),
        NO_PUBLISH_DATA("--no-publish-data", Map.of("canPublishData", false), "may not send data"),
        UPDATE_METADATA(
                "--allow-update-metadata",
                Map.of("canUpdateOwnMetadata", true),
                "may change its own metadata, attributes and name"),
        HIDDEN("--hidden", Map.of("hidden", true), "others don't see it"),
        RECORDER(
                "--recorder", Map.of("hidden", true, "recorder", true), "is hidden, and told to others as a recording"),
        AGENT("--agent", Map.of("agent", true), "may join as an agent, and register as a worker");

        /** Those whose token need not be one to join. */
        static final Set<Ability> OF_SERVERS = EnumSet.of(ADMIN, CREATE, LIST, RECORD, INGRESS);

        final String option;
        final Map<String, Boolean> claims;
        final String description;

        Ability(String option, Map<String, Boolean> claims, String description) {
            this.option = option;
            this.claims = claims;
            this.description = description;
        }
    }

    /** Gives the command their options. */
    static final class Abilities implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec command) {
            for (Ability ability : Ability.values()) {
                command.addOption(OptionSpec.builder(ability.option)
                        .type(boolean.class)
                        .arity("0")
                        .description(ability.description)
                        .build());
            }
            return command;
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Credentials credentials = new Credentials();

    @Option(
            names = {"-i", "--identity"},
            description = "whose token it is")
    private String identity = "";

    @Option(
            names = {"-r", "--room"},
            description = "the room that it is for")
    private String room = "";

    @Option(names = "--destination-room", description = "where participants of --room may be moved and forwarded to")
    private String destinationRoom = "";

    @Option(
            names = {"-n", "--name"},
            description = "the name that others are shown")
    private String name = "";

    @Option(names = "--metadata", description = "what the participant carries")
    private String metadata = "";

    @Option(names = "--attribute", paramLabel = "KEY=VALUE", description = "the same by keys; may be repeated")
    private Map<String, String> attributes = new LinkedHashMap<>();

    @Option(
            names = "--kind",
            description = "what the participant is: ${COMPLETION-CANDIDATES}; by default ${DEFAULT-VALUE}")
    private Kind kind = Kind.STANDARD;

    @Option(
            names = {"--valid-for", "--ttl"},
            paramLabel = "TIME",
            defaultValue = "6h",
            description = "how long it is good for a join, such as 90s, 1h30m or 7d; by default ${DEFAULT-VALUE}")
    private Duration lifetime = Duration.ZERO;

    @Option(
            names = "--allow-source",
            split = ",",
            description = "may publish these and no others: ${COMPLETION-CANDIDATES}")
    private List<Source> sources = new ArrayList<>();

    @Override
    public Integer call() {
        VideoGrant grant = VideoGrant.fromClaim(claim());
        if (grant.roomJoin() && identity.isEmpty()) {
            throw new RefusedException("a token to join needs --identity");
        }
        if (grant.roomJoin() && room.isEmpty()) {
            throw new RefusedException("a token to join needs --room");
        }
        if (grant.toClaim().isEmpty()) {
            throw new RefusedException("a token for nothing: give --room, or what it may do (--create, --list, …)");
        }
        Grants grants = new Grants(
                credentials.key(), identity, name, metadata, attributes, kind, grant, SipGrant.NONE, Map.of());
        spec.commandLine().getOut().println(credentials.token(grants, lifetime));
        return 0;
    }

    private Map<String, Object> claim() {
        ParseResult given = spec.commandLine().getParseResult();
        Set<Ability> abilities = EnumSet.allOf(Ability.class);
        abilities.removeIf(ability -> !given.hasMatchedOption(ability.option));
        Map<String, Object> claim = new LinkedHashMap<>();
        claim.put("room", room);
        claim.put("destinationRoom", destinationRoom);
        claim.put("roomJoin", !room.isEmpty() && Collections.disjoint(abilities, Ability.OF_SERVERS));
        abilities.forEach(ability -> claim.putAll(ability.claims));
        claim.put(
                "canPublishSources",
                sources.stream()
                        .map(source -> source.name().toLowerCase(Locale.ROOT))
                        .toList());
        return claim;
    }
}
