/**
 * Event loops and UDP sockets: the only code that reads a media socket or the media clock. Linux epoll with batched
 * reads and writes, NIO elsewhere.
 */
@NullMarked
package io.parley.net;

import org.jspecify.annotations.NullMarked;
