/** Access tokens: verified by Spring Security, minted for development and tests. */
@NullMarked
package io.parley.edge.security;

import org.jspecify.annotations.NullMarked;
