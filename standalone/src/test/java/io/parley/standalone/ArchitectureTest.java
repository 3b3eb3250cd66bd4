// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** Who may import whom (docs/architecture.md). Class paths enforce most of it; these rules guard the rest. */
@AnalyzeClasses(packages = "io.parley", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> SANS_IO_OUTSIDE_DTLS = JavaClass.Predicates.resideInAnyPackage(
                    "io.parley.rtc..", "io.parley.engine..")
            .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("io.parley.rtc.dtls..")))
            .as("rtc and engine outside rtc.dtls");

    @ArchTest
    static final ArchRule RTC_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("io.parley.rtc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "io.netty..",
                    "reactor..",
                    "org.slf4j..",
                    "com.google..",
                    "livekit..",
                    "io.parley.net..",
                    "io.parley.api..",
                    "io.parley.engine..")
            .because("the machines are driven by any shell, and by tests without one");

    @ArchTest
    static final ArchRule ENGINE_KNOWS_RTC_AND_API_ONLY = noClasses()
            .that()
            .resideInAPackage("io.parley.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "io.netty..",
                    "reactor..",
                    "org.slf4j..",
                    "io.micrometer..",
                    "io.parley.net..",
                    "io.parley.cluster..",
                    "io.parley.node..")
            .because("a shard runs in virtual time");

    @ArchTest
    static final ArchRule NO_HIDDEN_TIME_THREADS_OR_CHANCE = noClasses()
            .that(SANS_IO_OUTSIDE_DTLS)
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("java.util.concurrent..")
                    .or(JavaClass.Predicates.equivalentTo(Thread.class))
                    .or(JavaClass.Predicates.equivalentTo(Random.class))
                    .or(JavaClass.Predicates.equivalentTo(ThreadLocalRandom.class)))
            .because("one loop owns everything, and chance is handed in");

    @ArchTest
    static final ArchRule NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("io.parley.rtc..", "io.parley.engine..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .because("time is a parameter");

    @ArchTest
    static final ArchRule NET_KNOWS_RTC_AND_NETTY_ONLY = noClasses()
            .that()
            .resideInAPackage("io.parley.net..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.parley.api..", "io.parley.engine..", "livekit..")
            .because("sockets carry bytes");

    @ArchTest
    static final ArchRule API_IS_VOCABULARY = noClasses()
            .that()
            .resideInAPackage("io.parley.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.netty..", "io.parley.rtc..")
            .because("everyone imports it");

    @ArchTest
    static final ArchRule CLUSTER_AND_EDGE_NEVER_SEE_MEDIA = noClasses()
            .that()
            .resideInAnyPackage("io.parley.cluster..", "io.parley.edge..", "io.parley.room..", "io.parley.webhook..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.parley.rtc..", "io.parley.net..", "io.parley.engine..", "io.parley.node..")
            .because("control and media meet only in the node");

    @ArchTest
    static final ArchRule CLUSTER_PORTS_CARRY_NO_TECHNOLOGY = noClasses()
            .that()
            .resideInAnyPackage("io.parley.cluster", "io.parley.cluster.memory..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "io.lettuce..",
                    "io.grpc..",
                    "io.parley.cluster.redis..",
                    "io.parley.cluster.grpc..",
                    "org.apache.kafka..",
                    "io.parley.cluster.kafka..",
                    "io.parley.cluster.v1..")
            .because("services are written against the ports");

    @ArchTest
    static final ArchRule REDIS_KNOWS_NO_GRPC = noClasses()
            .that()
            .resideInAPackage("io.parley.cluster.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.parley.cluster.grpc..")
            .because("an adapter is one technology");

    @ArchTest
    static final ArchRule GRPC_KNOWS_NO_REDIS = noClasses()
            .that()
            .resideInAPackage("io.parley.cluster.grpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "org.springframework..", "io.parley.cluster.redis..")
            .because("an adapter is one technology");

    @ArchTest
    static final ArchRule KAFKA_KNOWS_NO_OTHER = noClasses()
            .that()
            .resideInAPackage("io.parley.cluster.kafka..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.lettuce..",
                    "io.grpc..",
                    "org.springframework..",
                    "io.parley.cluster.redis..",
                    "io.parley.cluster.grpc..")
            .because("an adapter is one technology");

    @ArchTest
    static final ArchRule SERVICES_DO_NOT_KNOW_EACH_OTHER = slices().matching("io.parley.(room|node)..")
            .should()
            .notDependOnEachOther()
            .because("they speak over the ports of cluster");

    /** Rows of design: siblings do not import each other, arrows go down. */
    @ArchTest
    static final ArchRule WIRE_CODECS_STAND_ALONE = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.parley.rtc.stun..", "io.parley.rtc.rtp..", "io.parley.rtc.rtcp..", "io.parley.rtc.sdp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.parley.rtc.ice..",
                    "io.parley.rtc.dtls..",
                    "io.parley.rtc.srtp..",
                    "io.parley.rtc.stream..",
                    "io.parley.rtc.cc..",
                    "io.parley.rtc.peer..")
            .because("codecs are below machines");

    @ArchTest
    static final ArchRule MACHINES_DO_NOT_KNOW_EACH_OTHER = slices().matching(
                    "io.parley.rtc.(ice|dtls|srtp|stream|cc)..")
            .should()
            .notDependOnEachOther()
            .because("rtc.peer alone joins them");

    @ArchTest
    static final ArchRule NO_CYCLES_IN_ENGINE =
            slices().matching("io.parley.engine.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_CYCLES_IN_RTC =
            slices().matching("io.parley.rtc.(*)..").should().beFreeOfCycles();
}
