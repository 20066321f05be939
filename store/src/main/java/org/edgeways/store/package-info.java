/**
 * Durable state: one SQLite file, the rooms' migrations, one writer with group commit, a few readers.
 *
 * <p>SQL is written so that PostgreSQL runs it too where that costs nothing.
 */
@NullMarked
package org.edgeways.store;

import org.jspecify.annotations.NullMarked;
