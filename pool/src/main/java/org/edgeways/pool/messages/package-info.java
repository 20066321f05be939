/** Messages that wait on disk for their recipients. */
@NullMarked
package org.edgeways.pool.messages;

import org.jspecify.annotations.NullMarked;
