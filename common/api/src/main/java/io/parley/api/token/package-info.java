/** What an access token grants. */
@NullMarked
package io.parley.api.token;

import org.jspecify.annotations.NullMarked;
