/**
 * The Access Edge role: the SIP edge proxy of the perimeter. {@link org.edgeways.accessedge.AccessEdge} opens the
 * listeners and binds the engine to them.
 */
@NullMarked
package org.edgeways.accessedge;

import org.jspecify.annotations.NullMarked;
