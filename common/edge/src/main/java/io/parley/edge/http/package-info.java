/** What every HTTP port has before any handler: bounds on its connections, and answers to what went wrong. */
@NullMarked
package io.parley.edge.http;

import org.jspecify.annotations.NullMarked;
