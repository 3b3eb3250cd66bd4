// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
/** The data channel establishment protocol (RFC 8832) and the payload protocol identifiers of RFC 8831. */
@NullMarked
package io.parley.rtc.datachannel;

import org.jspecify.annotations.NullMarked;
