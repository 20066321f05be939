/** Bookkeeping of the Link without any I/O: when to dial, when a connection is dead, which connection a stream takes. */
@NullMarked
package org.edgeways.link.engine;

import org.jspecify.annotations.NullMarked;
