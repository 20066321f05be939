/** Subscriptions, publications, contact lists and decisions on disk. */
@NullMarked
package org.edgeways.pool.presence.store;

import org.jspecify.annotations.NullMarked;
