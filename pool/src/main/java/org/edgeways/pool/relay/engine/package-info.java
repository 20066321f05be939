/** When keys of relay credentials come and go, without I/O. */
@NullMarked
package org.edgeways.pool.relay.engine;

import org.jspecify.annotations.NullMarked;
