// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.engine.home;

import java.util.List;

/** A room as its home sees it, for people who look for a fault. @param members identities with their seats */
public record HomeDump(
        String room, String sid, long epoch, long revision, boolean isDataPaused, List<String> members) {}
