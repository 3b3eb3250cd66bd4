// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.api;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.micrometer.core.instrument.MeterRegistry;
import io.parley.api.token.Grants;
import io.parley.api.token.VideoGrant;
import io.parley.edge.twirp.TwirpService;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import livekit.LivekitEgress;
import livekit.LivekitIngress;
import livekit.LivekitSip;

/** LiveKit's services that are not here yet. Each of their methods says so to whom it would serve. */
public final class MissingServices {
    private static final ServiceDescriptor EGRESS =
            LivekitEgress.getDescriptor().findServiceByName("Egress");
    private static final ServiceDescriptor INGRESS =
            LivekitIngress.getDescriptor().findServiceByName("Ingress");
    private static final ServiceDescriptor SIP = LivekitSip.getDescriptor().findServiceByName("SIP");

    private MissingServices() {}

    /** By their names with the package. */
    public static Map<String, TwirpService> all(MeterRegistry meters) {
        // Newer than the messages that we have (WireGapsTest).
        TwirpService egress = missing(EGRESS, method -> video(VideoGrant::roomRecord), meters)
                .missing("StartEgress", video(VideoGrant::roomRecord));
        return Map.of(
                EGRESS.getFullName(), egress,
                INGRESS.getFullName(), missing(INGRESS, method -> video(VideoGrant::ingressAdmin), meters),
                SIP.getFullName(), missing(SIP, MissingServices::sip, meters));
    }

    private static TwirpService missing(
            ServiceDescriptor service, Function<String, Predicate<Grants>> permission, MeterRegistry meters) {
        TwirpService answers = new TwirpService(service.getName(), meters);
        service.getMethods().stream()
                .map(MethodDescriptor::getName)
                .forEach(method -> answers.missing(method, permission.apply(method)));
        return answers;
    }

    private static Predicate<Grants> video(Predicate<VideoGrant> permission) {
        return grants -> grants.allows(permission);
    }

    /** Who transfers a participant administers its room, too. */
    private static Predicate<Grants> sip(String method) {
        return switch (method) {
            case "CreateSIPParticipant" -> grants -> grants.sip().call();
            case "TransferSIPParticipant" ->
                video(VideoGrant::roomAdmin).and(grants -> grants.sip().call());
            default -> grants -> grants.sip().admin();
        };
    }
}
