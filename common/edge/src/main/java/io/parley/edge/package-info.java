/** Spring kit of all services. */
@NullMarked
package io.parley.edge;

import org.jspecify.annotations.NullMarked;
