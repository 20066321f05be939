/**
 * The A/V Edge role: the TURN server of the perimeter. {@link org.edgeways.avedge.AvEdge} opens sockets, and runs one engine of
 * room {@code turn} on each of its threads.
 */
@NullMarked
package org.edgeways.avedge;

import org.jspecify.annotations.NullMarked;
