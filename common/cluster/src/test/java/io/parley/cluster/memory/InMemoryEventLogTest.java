// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.memory;

import static io.parley.cluster.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.parley.api.error.ApiError;
import io.parley.api.error.ErrorCode;
import io.parley.cluster.EventLog;
import io.parley.cluster.EventLogContract;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InMemoryEventLogTest extends EventLogContract {
    @Override
    protected EventLog openLog(List<AutoCloseable> closed) {
        InMemoryEventLog log = new InMemoryEventLog();
        closed.add(log);
        return log;
    }

    @Test
    void whatNobodyTakesIsKeptUpToABoundAndNoFurther() throws Exception {
        try (InMemoryEventLog log = new InMemoryEventLog(100)) {
            for (int i = 0; i < 200; i++) {
                get(log.append(event("demo", i))); // nobody has asked yet
            }
            CompletableFuture<Void> taking = new CompletableFuture<>();
            Taker taker = new Taker();
            log.read("group", events -> taking.thenCompose(taken -> taker.onEvents(events)));
            for (int i = 1; i <= 100; i++) {
                get(log.append(event("demo", i)));
            }
            assertThatThrownBy(() -> get(log.append(event("demo", 101))))
                    .isInstanceOfSatisfying(
                            ApiError.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED));
            taking.complete(null);
            await("the reader catches up").until(() -> taker.count() == 100);
            await("there is room again")
                    .until(() -> !log.append(event("demo", 102))
                            .toCompletableFuture()
                            .isCompletedExceptionally());
        }
    }
}
