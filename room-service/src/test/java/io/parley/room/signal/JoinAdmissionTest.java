// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.room.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import org.junit.jupiter.api.Test;

/** Anyone with a token, or everyone at nine o'clock. */
class JoinAdmissionTest {
    private final JoinAdmission admission = new JoinAdmission(2);

    @Test
    void whoFindsNoPlaceIsToldTheLimitAndWhoLeavesMakesRoomForOne() {
        JoinAdmission.Place first = admission.enter();
        admission.enter();
        assertFull();
        first.leave();
        first.leave();
        admission.enter();
        assertFull();
    }

    private void assertFull() {
        assertThatThrownBy(admission::enter)
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("2 (parley.http.max-pending-joins)");
    }
}
