/** Errors that callers see, with their Twirp and HTTP codes. */
@NullMarked
package io.parley.api.error;

import org.jspecify.annotations.NullMarked;
