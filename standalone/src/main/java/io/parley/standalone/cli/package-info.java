/** Commands for daily use: `parley token`, `parley room`, `parley doctor`. Each is a process of its own that ends. */
@NullMarked
package io.parley.standalone.cli;

import org.jspecify.annotations.NullMarked;
