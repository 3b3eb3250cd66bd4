// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static org.assertj.core.api.Assertions.assertThat;

import livekit.LivekitModels.ClientInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UserAgentTest {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0|Firefox|153.0|Linux|""|""
            Mozilla/5.0 (Android 13; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0|Firefox Mobile|140.0|Android|13|""
            Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/150.0 Mobile/15E148 Safari/605.1.15|Firefox iOS|150.0|iOS|18.5|iPhone
            Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15|Safari|18.4|Mac OS X|10.15.7|""
            Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1|Mobile Safari|17.0|iOS|17.0|iPad
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0|Edge|150.0.0.0|Windows|10.0|""
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36|Chrome|150.0.0.0|Windows|10.0|""
            Mozilla/5.0 (Linux; Android 12; 2201117TI Build/SKQ1.211103.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/117.0.0.0 Mobile Safari/537.36|Chrome Mobile|117.0.0.0|Android|12|2201117TI
            Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36|Chrome Mobile|150.0.0.0|Android|10|""
            Mozilla/5.0 (OBS-Studio/31.0.0; Linux x86_64; en-US)|OBS Studio|31.0.0|Linux|""|""
            Go-http-client/1.1|""|""|""|""|""
            """)
    void namesBrowserSystemAndDeviceAsLiveKitDoes(
            String header, String browser, String browserVersion, String os, String osVersion, String model) {
        assertThat(UserAgent.parse(header)).isEqualTo(new UserAgent(browser, browserVersion, os, osVersion, model));
    }

    /** Anybody may send any header, with any token: what an expression costs grows with what it reads. */
    @Test
    void onlyTheBeginningOfAHeaderIsRead() {
        assertThat(UserAgent.parse("x".repeat(490) + " Firefox/153.0").browser())
                .isEqualTo("Firefox");
        assertThat(UserAgent.parse("x".repeat(1000) + " Firefox/153.0").browser())
                .isEmpty();
    }

    @Test
    void noNameIsLongerThanItsExpressionAllows() {
        UserAgent agent = UserAgent.parse(
                "(Linux; Android " + "1".repeat(20) + "; " + "m".repeat(400) + ") Firefox/" + "9".repeat(50));
        assertThat(agent.deviceModel()).hasSize(64);
        assertThat(agent.osVersion()).hasSize(20);
        assertThat(agent.browserVersion()).hasSize(20);
    }

    @Test
    void whatTheClientNamesCounts() {
        ClientInfo client = ClientInfo.newBuilder()
                .setSdk(ClientInfo.SDK.JS)
                .setBrowser("Safari")
                .setBrowserVersion("17")
                .build();
        ClientInfo complete = new ClientOrigin("192.0.2.1", FIREFOX).complete(client);
        assertThat(complete.getBrowser()).isEqualTo("Safari");
        assertThat(complete.getBrowserVersion()).isEqualTo("17");
        assertThat(complete.getOs()).isEqualTo("Linux");
        assertThat(complete.getAddress()).isEqualTo("192.0.2.1");
    }

    /** livekit-client says nothing of its browser, so Firefox got the lite agent that it can't live with. */
    @ParameterizedTest
    @EnumSource(
            value = ClientInfo.SDK.class,
            names = {"UNKNOWN", "JS", "REACT_NATIVE", "FLUTTER", "UNITY"})
    void whatTheClientLeavesOutIsThatOfTheRequest(ClientInfo.SDK sdk) {
        ClientInfo complete = new ClientOrigin("", FIREFOX)
                .complete(ClientInfo.newBuilder().setSdk(sdk).build());
        assertThat(complete.getBrowser()).isEqualTo("Firefox");
        assertThat(complete.getBrowserVersion()).isEqualTo("153.0");
    }

    @Test
    void aNativeClientHasNoBrowser() {
        ClientInfo complete = new ClientOrigin("", FIREFOX)
                .complete(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.PYTHON).build());
        assertThat(complete.getBrowser()).isEmpty();
    }
}
