/** Datagram sockets of one thread. */
@NullMarked
package org.edgeways.avedge.udp;

import org.jspecify.annotations.NullMarked;
