// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0
package io.parley.api.token;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The "sip" claim.
 *
 * @param admin may manage trunks and dispatch rules
 * @param call may call, and pass calls on
 */
public record SipGrant(boolean admin, boolean call) {
    /** Of a token without the claim. */
    public static final SipGrant NONE = new SipGrant(false, false);

    /** Reads the claim's JSON object; members of a wrong type count as absent. */
    static SipGrant fromClaim(Map<?, ?> claim) {
        return new SipGrant(Boolean.TRUE.equals(claim.get("admin")), Boolean.TRUE.equals(claim.get("call")));
    }

    /** The claim's JSON object, without members that say no more than their absence. */
    Map<String, Object> toClaim() {
        Map<String, Object> claim = new LinkedHashMap<>();
        if (admin) {
            claim.put("admin", true);
        }
        if (call) {
            claim.put("call", true);
        }
        return claim;
    }
}
