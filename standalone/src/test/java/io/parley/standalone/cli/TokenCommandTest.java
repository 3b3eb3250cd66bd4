// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.parley.api.token.Grants;
import io.parley.api.token.SipGrant;
import io.parley.api.token.VideoGrant;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo.Kind;
import livekit.LivekitModels.TrackSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TokenCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void joinsARoom() throws Exception {
        assertThat(run("token", "--identity", "alice", "--room", "demo", "--key", "k", "--secret", "s"))
                .isZero();
        assertThat(grants())
                .isEqualTo(new Grants(
                        "k",
                        "alice",
                        "",
                        "",
                        Map.of(),
                        Kind.STANDARD,
                        VideoGrant.join("demo"),
                        SipGrant.NONE,
                        Map.of()));
    }

    @Test
    void isSignedWithTheSecretAndValidForSixHours() throws Exception {
        run("token", "-i", "alice", "-r", "demo", "--api-key", "k", "--api-secret", "s");
        SignedJWT token = token();
        assertThat(token.verify(new MACVerifier(Arrays.copyOf("s".getBytes(StandardCharsets.UTF_8), 32))))
                .isTrue();
        Instant end = token.getJWTClaimsSet().getExpirationTime().toInstant();
        Instant start = token.getJWTClaimsSet().getNotBeforeTime().toInstant();
        assertThat(Duration.between(start, end)).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void saysEverythingThatAGrantCan() throws Exception {
        String options =
                "token -i alice -r demo --destination-room hall -n Alice --metadata m --attribute a=1 --attribute b=2 --kind agent"
                        + " --ttl 1h30m --join --admin --create --list --record --ingress --no-publish --no-subscribe"
                        + " --no-publish-data --allow-source camera,screen_share --allow-update-metadata --recorder --agent"
                        + " --key k --secret s";
        assertThat(run(options.split(" ", -1))).as(err.toString()).isZero();
        Grants grants = grants();
        assertThat(grants.name()).isEqualTo("Alice");
        assertThat(grants.metadata()).isEqualTo("m");
        assertThat(grants.attributes()).isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(grants.kind()).isEqualTo(Kind.AGENT);
        assertThat(grants.video())
                .isEqualTo(new VideoGrant(
                        true,
                        true,
                        true,
                        true,
                        true,
                        "demo",
                        "hall",
                        false,
                        false,
                        false,
                        List.of(TrackSource.CAMERA, TrackSource.SCREEN_SHARE),
                        true,
                        false,
                        false,
                        true,
                        true,
                        true,
                        true));
    }

    @Test
    void isForTheApiAloneWhereThatIsAskedFor() throws Exception {
        run("token", "--create", "--list", "--key", "k", "--secret", "s");
        VideoGrant grant = grants().video();
        assertThat(grant).isNotNull();
        assertThat(grant.toClaim()).isEqualTo(Map.of("roomCreate", true, "roomList", true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            token --room demo                        | 1 | needs --identity
            token --join --identity a                | 1 | needs --room
            token --identity a                       | 1 | a token for nothing
            token -i a -r r --key k --secret=        | 1 | needs its secret
            token -i a -r r --ttl soon               | 2 | is no time: write 90s, 1h30m or 7d
            token -i a -r r --allow-source window    | 2 | window
            token -i a -r r --rom r                  | 2 | --room
            """)
    void saysWhatIsMissingOrWrong(String line, int status, String reason) {
        assertThat(run(line.split(" ", -1))).isEqualTo(status);
        assertThat(err.toString()).contains(reason);
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "1h30m, PT1H30M", "7d, PT168H", "0s, PT0S"})
    void readsTimesAsLkWritesThem(String text, Duration time) {
        assertThat(Lifetimes.parse(text)).isEqualTo(time);
    }

    private int run(String... args) {
        CommandLine cli = Cli.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return cli.execute(args);
    }

    private SignedJWT token() throws Exception {
        return SignedJWT.parse(out.toString().strip());
    }

    private Grants grants() throws Exception {
        return Grants.fromClaims(token().getJWTClaimsSet().getClaims());
    }
}
