// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.cluster.webhook;

import io.parley.api.event.EventType;
import java.util.Set;

/**
 * Which events an endpoint wants, by their wire names. As with LiveKit, what is included wins over what is excluded; events
 * that LiveKit's receivers don't know come only to those that include them.
 *
 * @param include only these, unless empty
 * @param exclude none of these, where none is included
 */
public record EventFilter(Set<String> include, Set<String> exclude) {
    public static final EventFilter ALL = new EventFilter(Set.of(), Set.of());

    public EventFilter {
        include = Set.copyOf(include);
        exclude = Set.copyOf(exclude);
    }

    public boolean accepts(String type) {
        return include.isEmpty()
                ? EventType.of(type).filter(EventType::isWebhook).isPresent() && !exclude.contains(type)
                : include.contains(type);
    }
}
