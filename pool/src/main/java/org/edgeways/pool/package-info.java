/** The pool's driver: binds the engine to connections, event loop and store. */
@NullMarked
package org.edgeways.pool;

import org.jspecify.annotations.NullMarked;
