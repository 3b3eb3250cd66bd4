// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.edge.config;

/** What no service can start with, in sentences for whoever set it. */
final class SettingException extends IllegalArgumentException {
    SettingException(String message) {
        super(message);
    }
}
