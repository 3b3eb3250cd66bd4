// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import livekit.LivekitModels.ParticipantInfo.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints a token. The names of its options are lk's where lk has them. */
@Command(
        name = "token",
        sortOptions = false,
        description = "Prints an access token; with --room and nothing else that it may do, one to join that room.")
final class TokenCommand implements Callable<Integer> {
    enum Source {
        CAMERA,
        MICROPHONE,
        SCREEN_SHARE,
        SCREEN_SHARE_AUDIO
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

    @Option(names = "--join", description = "may join --room")
    private boolean mayJoin;

    @Option(names = "--admin", description = "may change --room and its participants")
    private boolean isAdmin;

    @Option(names = "--create", description = "may create and delete rooms")
    private boolean mayCreate;

    @Option(names = "--list", description = "may list rooms")
    private boolean mayList;

    @Option(names = "--record", description = "may record --room")
    private boolean mayRecord;

    @Option(names = "--ingress", description = "may manage ingress")
    private boolean isIngressAdmin;

    @Option(names = "--no-publish", description = "may not publish")
    private boolean mayNotPublish;

    @Option(names = "--no-subscribe", description = "may not subscribe")
    private boolean mayNotSubscribe;

    @Option(names = "--no-publish-data", description = "may not send data")
    private boolean mayNotPublishData;

    @Option(
            names = "--allow-source",
            split = ",",
            description = "may publish these and no others: ${COMPLETION-CANDIDATES}")
    private List<Source> sources = new ArrayList<>();

    @Option(names = "--allow-update-metadata", description = "may change its own metadata, attributes and name")
    private boolean mayUpdateOwnMetadata;

    @Option(names = "--hidden", description = "others don't see it")
    private boolean isHidden;

    @Option(names = "--recorder", description = "is hidden, and told to others as a recording")
    private boolean isRecorder;

    @Option(names = "--agent", description = "may join as an agent, and register as a worker")
    private boolean isAgent;

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
        Map<String, Object> claim = new LinkedHashMap<>();
        claim.put("room", room);
        claim.put("roomAdmin", isAdmin);
        claim.put("roomCreate", mayCreate);
        claim.put("roomList", mayList);
        claim.put("roomRecord", mayRecord);
        claim.put("ingressAdmin", isIngressAdmin);
        boolean isForNothingElse = !(isAdmin || mayCreate || mayList || mayRecord || isIngressAdmin);
        claim.put("roomJoin", mayJoin || (isForNothingElse && !room.isEmpty()));
        if (mayNotPublish) {
            claim.put("canPublish", false);
        }
        if (mayNotSubscribe) {
            claim.put("canSubscribe", false);
        }
        if (mayNotPublishData) {
            claim.put("canPublishData", false);
        }
        claim.put(
                "canPublishSources",
                sources.stream()
                        .map(source -> source.name().toLowerCase(Locale.ROOT))
                        .toList());
        claim.put("canUpdateOwnMetadata", mayUpdateOwnMetadata);
        claim.put("hidden", isHidden || isRecorder);
        claim.put("recorder", isRecorder);
        claim.put("agent", isAgent);
        return claim;
    }
}
