/** Registrations on disk. */
@NullMarked
package org.edgeways.pool.registrar;

import org.jspecify.annotations.NullMarked;
