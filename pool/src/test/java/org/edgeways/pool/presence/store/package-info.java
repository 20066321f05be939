@org.jspecify.annotations.NullMarked
package org.edgeways.pool.presence.store;
