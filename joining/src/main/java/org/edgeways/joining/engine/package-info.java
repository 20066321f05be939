/**
 * The protocol by which a node joins, both ends, without I/O: bytes of one TLS connection and {@code now} in, bytes to send
 * and decisions out.
 */
@NullMarked
package org.edgeways.joining.engine;

import org.jspecify.annotations.NullMarked;
