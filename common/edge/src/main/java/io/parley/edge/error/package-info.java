/** The only place that turns refusals into HTTP. */
@NullMarked
package io.parley.edge.error;

import org.jspecify.annotations.NullMarked;
