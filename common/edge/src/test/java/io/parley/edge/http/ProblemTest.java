// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.MethodNotAllowedException;

class ProblemTest {
    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyRefusalKeepsItsCodeAndMessage(ErrorCode code) {
        Problem problem = Problem.of(new CompletionException(ApiError.ofCaller(code, "why")));
        assertThat(problem.code()).isEqualTo(code.twirp());
        assertThat(problem.detail()).isEqualTo("why");
        assertThat(problem.status().isError()).isTrue();
        assertThat(problem.status()).isNotEqualTo(HttpStatus.PRECONDITION_FAILED);
        assertThat(problem.headers().containsHeader(HttpHeaders.WWW_AUTHENTICATE))
                .isEqualTo(problem.status() == HttpStatus.UNAUTHORIZED);
    }

    @Test
    void whatAParticipantFailedAtIsNoFailureOfOurs() {
        ApiError error = new ApiError(ErrorCode.INTERNAL, "the kettle is empty", ApiError.Fault.DESTINATION);
        assertThat(Problem.of(error).status()).isEqualTo(HttpStatus.BAD_GATEWAY);
        assertThat(Problem.of(error).detail()).isEqualTo("the kettle is empty");
    }

    @Test
    void theArgumentThatIsWrongIsNamed() {
        assertThat(new String(
                        Problem.of(ApiError.ofArgument("name", "is required")).toJson(), UTF_8))
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                        + "\"detail\":\"name is required\",\"code\":\"invalid_argument\",\"argument\":\"name\"}");
    }

    @Test
    void refusalsOfHttpHaveTheirHeaders() {
        Problem problem = Problem.of(new MethodNotAllowedException(HttpMethod.PUT, List.of(HttpMethod.GET)));
        assertThat(problem.code()).isEqualTo("method_not_allowed");
        assertThat(problem.headers().getAllow()).containsExactly(HttpMethod.GET);
    }

    @Test
    void aBugIsNotToldToCallers() {
        Problem problem = Problem.of(new IllegalStateException("jdbc://root:secret@db"));
        assertThat(problem.status()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
        assertThat(new String(problem.toJson(), UTF_8)).doesNotContain("secret").doesNotContain("Exception");
        assertThat(Problem.of(new TimeoutException("in x.y.Z")).detail()).isEqualTo("the request took too long");
    }
}
