// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.webhook.send;

import io.parley.cluster.webhook.Delivery;
import io.parley.cluster.webhook.WebhookEndpoint;
import java.util.concurrent.CompletionStage;

/** Makes one request. */
public interface WebhookSender {
    /** Completes within the time limit of a request, on any thread, and never with a failure. */
    CompletionStage<Reply> send(WebhookEndpoint endpoint, Delivery delivery);
}
