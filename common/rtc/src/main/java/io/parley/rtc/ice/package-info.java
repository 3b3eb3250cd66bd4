/**
 * ICE (RFC 8445): lite and full agents, both roles, peer-reflexive learning, several 5-tuples for one peer, consent
 * (RFC 7675). Owned by the shard of the peer.
 */
@NullMarked
package io.parley.rtc.ice;

import org.jspecify.annotations.NullMarked;
