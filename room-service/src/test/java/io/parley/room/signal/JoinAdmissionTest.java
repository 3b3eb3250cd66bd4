// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.edge.http.ClientNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Anyone with a token, or everyone at nine o'clock. */
class JoinAdmissionTest {
    private static final ClientNetwork OFFICE = new ClientNetwork(false, 1);
    private static final ClientNetwork HOME = new ClientNetwork(false, 2);
    private static final ClientNetwork TRAIN = new ClientNetwork(false, 3);

    private final JoinAdmission admission = new JoinAdmission(4);

    @Test
    void whoFindsNoPlaceIsToldTheLimitAndWhoLeavesMakesRoomForOne() {
        JoinAdmission.Place first = enter(OFFICE);
        enter(OFFICE);
        enter(HOME);
        enter(HOME);
        assertRefused(TRAIN, "joins are under way as may be: 4 (parley.http.max-pending-joins)");
        first.leave();
        first.leave();
        enter(TRAIN);
        assertRefused(OFFICE, "joins are under way as may be: 4 (parley.http.max-pending-joins)");
    }

    @Test
    void noClientHasMoreThanHalfOfThePlaces() {
        JoinAdmission.Place first = enter(OFFICE);
        enter(OFFICE);
        assertRefused(OFFICE, "of one address are under way as may be: 2, half of 4 (parley.http.max-pending-joins)");
        enter(HOME);
        first.leave();
        enter(OFFICE);
    }

    @Test
    void whoIsRefusedTakesNothingFromTheOthers() {
        enter(OFFICE);
        enter(HOME);
        enter(TRAIN);
        JoinAdmission.Place last = enter(OFFICE);
        assertRefused(HOME, "joins are under way as may be: 4");
        assertRefused(HOME, "joins are under way as may be: 4");
        last.leave();
        enter(HOME);
    }

    @Test
    void aProcessThatIsBehindTakesNoneUntilItHasCaughtUp() {
        assertThatThrownBy(() -> admission.enter(OFFICE, JoinAdmission.MAX_LAG.plusMillis(1)))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("2001 ms behind");
        admission.enter(OFFICE, JoinAdmission.MAX_LAG);
    }

    private JoinAdmission.Place enter(ClientNetwork client) {
        return admission.enter(client, Duration.ZERO);
    }

    private void assertRefused(ClientNetwork client, String why) {
        assertThatThrownBy(() -> enter(client))
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining(why);
    }
}
