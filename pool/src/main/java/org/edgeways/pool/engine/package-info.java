/**
 * The pool's rules as a pure engine: registrar, authentication of senders, messages and calls. No socket, thread, clock
 * or database: durable commands go out through {@link org.edgeways.pool.engine.DurableCommands}, their completions come
 * back in.
 */
@NullMarked
package org.edgeways.pool.engine;

import org.jspecify.annotations.NullMarked;
